// `gleaner advise`: which plan suits a cluster.
#pragma once

#include "app/options.h"
#include "base/result.h"

namespace gleaner {

/// Exit code 1 if even the best setting completed no trial, 130 if interrupted.
[[nodiscard]] Result<int> advise_command(const AdviseOptions& options);

}  // namespace gleaner
