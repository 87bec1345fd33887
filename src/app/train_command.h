// gleaner train
#pragma once

#include "app/options.h"
#include "base/result.h"

namespace gleaner {

/// Runs; progress and table on stderr, the summary on stdout with --json. Returns the exit code of cli.md: 0
/// done, 1 the run failed, 2 bad input, 130 interrupted.
[[nodiscard]] Result<int> train_command(const TrainOptions& options);

}  // namespace gleaner
