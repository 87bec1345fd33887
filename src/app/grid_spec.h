// From the flags of `gleaner grid` to the study.
#pragma once

#include "app/options.h"
#include "base/result.h"
#include "study/grid.h"

namespace gleaner {

/// Errors name the flag and the cure. Traces are read here.
[[nodiscard]] Result<GridOptions> grid_spec(const GridFlags& flags);

}  // namespace gleaner
