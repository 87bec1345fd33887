// One training run on this machine's threads and clock.
#pragma once

#include "work/run_spec.h"

namespace gleaner {

/// Runs `spec` to its end: one loop thread (the caller's) steps the server's and all workers' machines; every
/// worker has a thread that computes and one that encodes and sends; one thread combines and trains. Real
/// time: a chunk takes at least its drawn time. Never fails as a function: a run that could not be completed
/// says so in the summary. The observer is called from the caller's thread. REQUIRES: check(spec).ok().
[[nodiscard]] RunResult run_threads(const RunSpec& spec, RunObserver& observer);

}  // namespace gleaner
