// gleaner plan
#pragma once

#include "app/options.h"
#include "base/result.h"

namespace gleaner {

/// Prints the facts of a plan; with --out writes the plan itself. Returns the exit code.
[[nodiscard]] Result<int> plan_command(const FactsOptions& options);

}  // namespace gleaner
