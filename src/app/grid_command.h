// gleaner grid
#pragma once

#include "app/options.h"
#include "base/result.h"

namespace gleaner {

/// Prints the grid and whether it reached its targets, or with --losses what losses cost. Returns the exit
/// code: 0 also where a promise does not hold, which the last lines say. Interrupted it prints the cells that
/// are complete.
[[nodiscard]] Result<int> grid_command(const GridFlags& flags);

}  // namespace gleaner
