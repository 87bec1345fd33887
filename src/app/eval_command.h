// gleaner eval
#pragma once

#include "app/options.h"
#include "base/result.h"

namespace gleaner {

/// Loss and accuracy of a saved model on samples: a few lines on stdout, or one object with --json. Returns
/// the exit code.
[[nodiscard]] Result<int> eval_command(const EvalOptions& options);

}  // namespace gleaner
