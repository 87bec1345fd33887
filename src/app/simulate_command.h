// `gleaner simulate`.
#pragma once

#include "app/options.h"
#include "base/result.h"

namespace gleaner {

/// Tries every row, prints a table or JSON on stdout and writes the figure. Returns the exit code: 1 if no
/// trial of the first row completed, 130 if it was interrupted (what was done by then is told). Errors name
/// the flag.
[[nodiscard]] Result<int> simulate_command(const SimulateOptions& options);

}  // namespace gleaner
