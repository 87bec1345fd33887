// The grid: what its cells are, and that they are what run_trials finds.
#include "study/grid.h"

#include <atomic>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "study/grid_figures.h"
#include "study/grid_json.h"
#include "study/grid_tables.h"

namespace gleaner {
namespace {

using testing::HasSubstr;
using testing::Not;

GridOptions small(std::size_t threads = 2) {
  GridOptions o{.placement = Assignment::regular_graph(12, 12, 4, 1).value(),
                .traces = {},
                .progress = {},
                .trial_progress = {},
                .keep_going = {}};
  o.trials = 3;
  o.rounds = 4;
  o.seed = 5;
  o.threads = threads;
  return o;
}

// Every number of it.
std::string told(const GridOptions& o) { return grid_json(o, run_grid(o).value()); }

const GridRow& row_of(const GridCell& cell, std::string_view policy) {
  for (const GridRow& row : cell.rows) {
    if (row.policy.name == policy) return row;
  }
  throw std::out_of_range(std::string(policy));
}

TEST(Grid, ConditionsAreTheHeadlineSixteenAndTheOthers) {
  const std::vector<GridCondition> all = grid_conditions(small());
  ASSERT_EQ(all.size(), 1U + 16U + 3U);
  EXPECT_EQ(all.front().speeds.text(),
            SpeedModel::parse("exponential:mean=1", TimeUnits::optional).value().text());
  EXPECT_EQ(all[1].name, "redraw 0 noise 0");
  EXPECT_EQ(all[8].name, "redraw .01 noise .5");
  EXPECT_THAT(all[8].speeds.text(), HasSubstr("noise=0.5"));
  EXPECT_TRUE(all[17].cyclic);
}

TEST(Grid, TracesAreScaledToMeanOne) {
  const std::string path = testing::TempDir() + "/grid-trace.csv";
  std::ofstream file(path);
  file << "round";
  for (int j = 0; j < 12; ++j) file << ",w" << j;
  for (int r = 1; r <= 3; ++r) {
    file << "\n" << r;
    for (int j = 0; j < 12; ++j) file << "," << 20 * r + j;
  }
  file << "\n" << std::flush;
  GridOptions o = small();
  o.traces.push_back({"measured", SpeedModel::parse("trace:file=" + path, TimeUnits::optional).value()});
  ASSERT_TRUE(check(o).ok());
  const GridCondition trace = grid_conditions(o).back();
  EXPECT_EQ(trace.name, "measured");
  double sum = 0;
  for (std::uint64_t r = 1; r <= 3; ++r) {
    for (std::uint32_t j = 0; j < 12; ++j)
      sum += seconds(trace.speeds.chunk_time(1, RoundId(r), WorkerId(j), 0));
  }
  EXPECT_NEAR(sum / 36, 1, 1e-6);
  // A trial goes through it once: 12 rounds in all are four of them.
  const TrialsSpec spec = grid_trials(o, trace, 1, kGridPolicies[0]).value();
  EXPECT_EQ(spec.cluster.rounds, 3U);
  EXPECT_EQ(spec.trials, 4U);
}

TEST(Grid, RowsAreWhatRunTrialsFindsOnTheSameDraws) {
  const GridOptions o = small();
  const PolicyGrid grid = run_grid(o).value();
  ASSERT_TRUE(grid.complete);
  ASSERT_EQ(grid.cells.size(), kGridBlocksMax * 20U);
  for (const GridCell& cell : grid.cells) {
    SCOPED_TRACE(cell.condition.name);
    EXPECT_EQ(cell.lost, 4 - cell.blocks);
    EXPECT_EQ(cell.trials * cell.rounds, 12U);
    ASSERT_EQ(cell.rows.size(), kGridPolicies.size());
    EXPECT_EQ(cell.rows.front().to_paper.ratio, 1);
    for (const GridRow& row : cell.rows) {
      EXPECT_EQ(row.summary.failed, 0U);
      EXPECT_GE(row.to_bound.ratio, 1 - 1e-9) << row.policy.name;
      EXPECT_NEAR(row.to_bound.ratio, row.summary.time.mean / cell.bound, 1e-9);
      EXPECT_NEAR(row.to_paper.ratio, row.summary.time.mean / cell.rows.front().summary.time.mean, 1e-9);
      EXPECT_EQ(std::isfinite(row.summary.asked), row.policy.name == "replan");
      EXPECT_EQ(row.behind_static, row.policy.name == "skip" ? std::optional(0UL) : std::nullopt)
          << row.policy.name;
    }
    EXPECT_LE(row_of(cell, "skip").summary.chunks_completed, row_of(cell, "static").summary.chunks_completed);
  }
  const GridCell& cell = grid.cells.at(1 + 5);  // redraw .01, noise .1
  TrialsSpec spec = grid_trials(o, cell.condition, 1, kGridPolicies[2]).value();
  spec.faults = FaultModel::parse("crash:count=3,at=start").value();
  EXPECT_EQ(summarise(run_trials(spec).value()).time.mean, row_of(cell, "skip").summary.time.mean);
  spec.seed = 6;
  EXPECT_NE(summarise(run_trials(spec).value()).time.mean, row_of(cell, "skip").summary.time.mean);
}

TEST(Grid, SkippersOnACyclicPlacementHaveTheMixedOrder) {
  const GridOptions o = small();
  const GridCondition cyclic = grid_conditions(o)[17];
  const auto order_of = [&](std::size_t policy) {
    return grid_trials(o, cyclic, 2, kGridPolicies.at(policy)).value().cluster.plan->ordering();
  };
  const Assignment a = Assignment::cyclic(12, 12, 4).value();
  EXPECT_EQ(order_of(0), Ordering::optimal(a));
  EXPECT_EQ(order_of(1), Ordering::optimal(a));
  EXPECT_EQ(order_of(2), Ordering::mixed(a, o.seed));
  EXPECT_EQ(order_of(4), Ordering::mixed(a, o.seed));
}

TEST(Grid, AnyNumberOfThreadsGivesTheSame) {
  const std::string alone = told(small(1));
  EXPECT_EQ(told(small(3)), alone);
  GridOptions other = small(1);
  other.seed = 6;
  EXPECT_NE(told(other), alone);
}

TEST(Grid, EndsWithTheCellsThatAreComplete) {
  GridOptions o = small(1);
  std::atomic<int> asked = 0;
  o.keep_going = [&] { return ++asked < 200; };
  const PolicyGrid grid = run_grid(o).value();
  EXPECT_FALSE(grid.complete);
  EXPECT_EQ(grid.cells_wanted, 60U);
  ASSERT_GE(grid.cells.size(), 1U);
  ASSERT_LT(grid.cells.size(), 60U);
  for (const GridCell& cell : grid.cells) EXPECT_EQ(cell.rows.size(), kGridPolicies.size());
  EXPECT_THAT(grid_json(o, grid), HasSubstr("\"complete\": false"));
}

TEST(Grid, RefusesPlacementsThatCannotBe) {
  GridOptions o = small();
  o.placement = Assignment::cyclic(12, 12, 2).value();
  EXPECT_FALSE(check(o).ok()) << "two copies";
  o.placement = Assignment::cyclic(10, 12, 4).value();
  EXPECT_FALSE(check(o).ok()) << "fewer chunks than workers";
  o = small();
  o.rounds = 0;
  EXPECT_FALSE(check(o).ok());
}

TEST(Grid, FiguresAndTablesHoldEveryCell) {
  const GridOptions o = small();
  const PolicyGrid grid = run_grid(o).value();
  const std::vector<GridFigure> figures = grid_figures(grid);
  ASSERT_EQ(figures.size(), kGridBlocksMax + 1);
  for (const GridFigure& f : figures) {
    const bool others = f.file == "grid-others.svg";
    ASSERT_EQ(f.figure.series.size(), kGridPolicies.size());
    for (std::size_t p = 0; p < kGridPolicies.size(); ++p) {
      const std::size_t of_others = kGridPolicies[p].learns ? 0 : 9;
      EXPECT_EQ(f.figure.series[p].points.size(), others ? of_others : 16U) << f.file;
    }
    EXPECT_EQ(f.figure.x.names.size(), others ? 3U : 4U);
  }
  const std::string text = grid_text(grid);
  std::size_t lines = 0;
  for (std::size_t at = 0; (at = text.find("redraw .1 noise .3", at)) != std::string::npos; ++at) ++lines;
  EXPECT_EQ(lines, 2 * kGridBlocksMax);
  EXPECT_THAT(text, HasSubstr("95% intervals of the ratios to B2"));
  EXPECT_THAT(text, Not(HasSubstr("one trial")));
  EXPECT_THAT(text, HasSubstr("skip was never behind static in 720 rounds\n"));
}

TEST(Grid, TablesOfOneTrialClaimNoIntervals) {
  GridOptions o = small();
  o.trials = 1;
  const std::string some = grid_text(run_grid(o).value());
  EXPECT_THAT(some, HasSubstr("%"));
  EXPECT_THAT(some, HasSubstr("none where there is one trial"));
  o.rounds = 1;
  const std::string none = grid_text(run_grid(o).value());
  EXPECT_THAT(none, HasSubstr("No intervals: one trial."));
  EXPECT_THAT(none, Not(HasSubstr("%")));
}

TEST(Grid, SkipBehindStaticIsSaidAloud) {
  GridOptions o = small();
  PolicyGrid grid = run_grid(o).value();
  grid.cells.at(8).rows.at(2).behind_static = 3;
  EXPECT_THAT(grid_text(grid),
              HasSubstr("WRONG: skip WAS BEHIND static in 3 of 720 rounds, which must not be; "
                        "first in: redraw .01 noise .5, 1 block\n"));
  EXPECT_THAT(grid_json(o, grid), HasSubstr("\"dominance_violations\": 3"));
  for (GridCell& cell : grid.cells) {
    for (GridRow& row : cell.rows) row.behind_static.reset();
  }
  EXPECT_THAT(grid_text(grid), Not(HasSubstr("behind static")));
}

}  // namespace
}  // namespace gleaner
