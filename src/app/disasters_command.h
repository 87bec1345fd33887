// `gleaner simulate --disasters N`.
#pragma once

#include "app/options.h"
#include "base/result.h"

namespace gleaner {

/// Runs random clusters through random losses (sim/disasters.h) for at least N rounds, and prints how often
/// each fault met each phase. Returns the exit code: 1 if a rule was broken; the trace of the finding, as
/// sentences, and the seed that replays it are then printed. The same text for any number of threads. Errors:
/// a flag that describes a cluster, since these are drawn.
[[nodiscard]] Result<int> disasters_command(const SimulateOptions& options);

}  // namespace gleaner
