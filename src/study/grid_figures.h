// What is drawn of the grid.
#pragma once

#include <string>
#include <vector>

#include "study/figure.h"
#include "study/grid.h"

namespace gleaner {

struct GridFigure {
  std::string file;  ///< name of the SVG file
  Figure figure;
};

/// For each number of blocks: time over B2 in the cells of the grid, in groups by redraw and within them by
/// noise; and one of the other conditions, in groups by condition and within them by
/// blocks, without the policies that learn.
[[nodiscard]] std::vector<GridFigure> grid_figures(const PolicyGrid& grid);

}  // namespace gleaner
