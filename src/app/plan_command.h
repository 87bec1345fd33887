// gleaner plan
#pragma once

#include "app/options.h"

namespace gleaner {

/// Prints the facts of a plan; with --out writes the plan itself. Returns the exit code.
[[nodiscard]] int plan_command(const FactsOptions& options);

}  // namespace gleaner
