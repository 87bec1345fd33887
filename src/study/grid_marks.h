// What the grid of the paper's graph is to show, and whether it does.
#pragma once

#include <string>
#include <vector>

#include "study/grid.h"

namespace gleaner {

/// One target, set before the work for the paper's graph G1. Judged by what was measured, without its
/// interval.
struct GridMark {
  std::string claim;  ///< "replan / B2, drawn anew, no history, 2 blocks"
  double limit = kUnknown;
  double found = kUnknown;  ///< where many cells are meant, the largest
  std::string where;        ///< that cell; empty where one is meant
  std::size_t cells = 0;    ///< that are meant
  std::size_t missed = 0;   ///< of those
  [[nodiscard]] bool holds() const { return missed == 0; }
};

/// Of skip and replan at the headline, of replan in the grid wherever speeds last (redraw < 1), of learned
/// orders alone where they are drawn anew. None unless the grid is complete and of the size of G1, 200
/// workers with replication 8: elsewhere these limits mean nothing.
[[nodiscard]] std::vector<GridMark> grid_marks(const PolicyGrid& grid);

/// One line for each, the missed ones first.
[[nodiscard]] std::string marks_text(const std::vector<GridMark>& marks);

}  // namespace gleaner
