// The grid and the losses as tables.
#pragma once

#include <string>

#include "study/grid.h"
#include "study/grid_losses.h"

namespace gleaner {

/// For each number of blocks the times and the work, all in mean chunk times; below them, in how many rounds
/// skip was behind static: it must be none.
[[nodiscard]] std::string grid_text(const PolicyGrid& grid);
[[nodiscard]] std::string losses_text(const LossStudy& study);

}  // namespace gleaner
