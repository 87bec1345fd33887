// One training run on virtual time: the shipping machines and the real arithmetic, one thread, no clock.
#pragma once

#include "work/run_spec.h"

namespace gleaner {

/// How long a chunk takes on virtual time when no speeds are injected.
inline constexpr Duration kNominalChunkTime = std::chrono::milliseconds(1);

/// Runs `spec` to its end, as a Cluster (cluster.h) that does the work of a training run. A chunk takes
/// exactly its drawn time; encoding, the network (ideal) and the server take none. Events at the same moment
/// happen in the order in which they were caused. The same spec gives the same result, bit for bit. Never
/// fails as a function: a run that could not be completed says so in the summary. REQUIRES: check(spec).ok().
[[nodiscard]] RunResult run_virtual(const RunSpec& spec, RunObserver& observer);

}  // namespace gleaner
