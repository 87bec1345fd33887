// The grid and the losses as JSON: everything that was measured, NaN as null.
#pragma once

#include <string>

#include "study/grid.h"
#include "study/grid_losses.h"

namespace gleaner {

[[nodiscard]] std::string grid_json(const GridOptions& options, const PolicyGrid& grid);
[[nodiscard]] std::string losses_json(const GridOptions& options, const LossStudy& study);

}  // namespace gleaner
