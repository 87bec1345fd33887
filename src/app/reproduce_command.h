// gleaner reproduce
#pragma once

#include "app/options.h"
#include "base/result.h"

namespace gleaner {

/// Runs the paper's simulations and prints them beside what was published; with --out writes figures and a
/// page. Returns the exit code: 0 also where a row does not agree, which the tables say.
[[nodiscard]] Result<int> reproduce_command(const ReproduceFlags& flags);

}  // namespace gleaner
