// A run whose workers are processes: the server's side.
#pragma once

#include "app/build_run.h"
#include "base/result.h"
#include "work/run_spec.h"

namespace gleaner {

class Witness;

/// What of the flags does not go together with workers that are processes. Errors name the flag.
[[nodiscard]] Status check_cluster(const TrainOptions& options);

/// What is other where workers are processes: as many workers as processes, and a run whose losses are too
/// many waits for those that come back, unless it was told what to do.
void adapt_to_cluster(TrainOptions& options);

/// Listens, waits for workers, runs `spec` to its end and tells everybody. Errors: the address cannot be had,
/// certificates, the shared folder.
[[nodiscard]] Result<RunResult> run_cluster(const RunKit& kit, const RunSpec& spec, Witness& witness);

}  // namespace gleaner
