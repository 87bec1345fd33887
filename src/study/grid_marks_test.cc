#include "study/grid_marks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gleaner {
namespace {

using testing::HasSubstr;
using Part = GridCondition::Part;

// A cell in which everything is as it must be.
GridCell cell_of(Part part, std::size_t blocks, double redraw = 1) {
  GridCell cell;
  cell.condition = {part, "here", false, 0, redraw, {}};
  cell.blocks = blocks;
  cell.workers = 200;
  cell.lost = 8 - blocks;
  for (const GridPolicy& policy : kGridPolicies) {
    GridRow row{policy, {}, {}, {}};
    row.summary.time.mean = .5;
    row.to_paper.ratio = .5;
    row.to_bound.ratio = 1.1;
    cell.rows.push_back(row);
  }
  return cell;
}

PolicyGrid good_grid() {
  PolicyGrid grid;
  grid.complete = true;
  for (std::size_t blocks = 1; blocks <= kGridBlocksMax; ++blocks) {
    grid.cells.push_back(cell_of(Part::headline, blocks));
    for (const double redraw : {0., .1, 1.}) grid.cells.push_back(cell_of(Part::grid, blocks, redraw));
    grid.cells.push_back(cell_of(Part::other, blocks));
  }
  return grid;
}

std::vector<std::string> missed(const PolicyGrid& grid) {
  std::vector<std::string> claims;
  for (const GridMark& m : grid_marks(grid)) {
    if (!m.holds()) claims.push_back(m.claim);
  }
  return claims;
}

TEST(GridMarks, AllOfAGoodGridHold) {
  const std::vector<GridMark> marks = grid_marks(good_grid());
  EXPECT_EQ(marks.size(), 5 * kGridBlocksMax);
  EXPECT_TRUE(missed(good_grid()).empty());
  EXPECT_TRUE(grid_marks({}).empty());
}

// The limits are those of one graph, and of all its cells.
TEST(GridMarks, ThereAreNoneForOtherSizesOrAPartOfTheGrid) {
  PolicyGrid grid = good_grid();
  grid.complete = false;
  EXPECT_TRUE(grid_marks(grid).empty());
  grid = good_grid();
  for (GridCell& cell : grid.cells) cell.workers = 100;
  EXPECT_TRUE(grid_marks(grid).empty());
  grid = good_grid();
  for (GridCell& cell : grid.cells) cell.lost = 6 - cell.blocks;
  EXPECT_TRUE(grid_marks(grid).empty());
}

TEST(GridMarks, EachIsMissedByWhatItSpeaksOf) {
  PolicyGrid grid = good_grid();
  grid.cells[0].rows[2].summary.time.mean = 1.31;  // skip, 1 block
  EXPECT_THAT(missed(grid), testing::ElementsAre("skip, mean, drawn anew without history, 1 block"));
  grid = good_grid();
  grid.cells[5].rows[4].summary.time.mean = 1.46;  // replan, 2 blocks
  EXPECT_THAT(missed(grid), testing::ElementsAre("replan, mean, drawn anew without history, 2 blocks"));
  grid = good_grid();
  grid.cells[10].rows[4].to_bound.ratio = 1.28;  // replan, 3 blocks
  EXPECT_THAT(missed(grid), testing::ElementsAre("replan / B2, drawn anew without history, 3 blocks"));
  grid = good_grid();
  grid.cells[3].rows[1].to_paper.ratio = 1.03;  // learned where drawn anew
  EXPECT_THAT(missed(grid), testing::ElementsAre("learned / paper, grid with redraw 1, 1 block"));
  grid = good_grid();
  grid.cells[1].rows[4].to_bound.ratio = kUnknown;  // not known: not reached
  EXPECT_THAT(missed(grid), testing::ElementsAre("replan / B2, grid with redraw < 1, 1 block"));
}

TEST(GridMarks, TheWorstCellIsNamedAndOthersDoNotCount) {
  PolicyGrid grid = good_grid();
  grid.cells[1].rows[4].to_bound.ratio = 1.26;
  grid.cells[2].rows[4].to_bound.ratio = 1.4;
  grid.cells[2].condition.name = "the worst";
  grid.cells[3].rows[4].to_bound.ratio = 9;  // drawn anew: not meant
  grid.cells[4].rows[4].to_bound.ratio = 9;  // another law
  ASSERT_EQ(missed(grid).size(), 1U);
  for (const GridMark& m : grid_marks(grid)) {
    if (m.holds()) continue;
    EXPECT_EQ(m.found, 1.4);
    EXPECT_EQ(m.where, "the worst");
    EXPECT_EQ(m.cells, 2U);
    EXPECT_EQ(m.missed, 2U);
  }
  const std::string text = marks_text(grid_marks(grid));
  EXPECT_TRUE(text.starts_with("  missed  replan / B2, grid with redraw < 1, 1 block: 1.400, target 1.25"))
      << text;
  EXPECT_THAT(text, HasSubstr("worst at the worst; 2 of 2 cells miss"));
}

}  // namespace
}  // namespace gleaner
