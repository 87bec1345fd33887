// gleaner worker
#pragma once

#include "app/options.h"
#include "base/result.h"

namespace gleaner {

/// Works until the run is over; returns the exit code.
[[nodiscard]] Result<int> worker_command(const WorkerFlags& flags);

}  // namespace gleaner
