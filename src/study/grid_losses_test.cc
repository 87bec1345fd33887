#include "study/grid_losses.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "study/grid_json.h"
#include "study/grid_tables.h"

namespace gleaner {
namespace {

GridOptions small(std::size_t threads = 2) {
  GridOptions o{.placement = Assignment::regular_graph(12, 12, 4, 1).value(),
                .traces = {},
                .progress = {},
                .trial_progress = {},
                .keep_going = {}};
  o.trials = 10;
  o.rounds = 8;
  o.threads = threads;
  return o;
}

std::vector<LossRow> rows_of(const LossStudy& study, std::string_view policy, std::size_t margin) {
  std::vector<LossRow> rows;
  std::copy_if(study.rows.begin(), study.rows.end(), std::back_inserter(rows), [&](const LossRow& r) {
    return r.policy == policy && r.margin == margin && r.moment == "after-signal";
  });
  return rows;
}

TEST(GridLosses, EveryPolicyAndMarginIsTriedAndOneWorkerIsLostInEachTrial) {
  const LossStudy study = run_losses(small()).value();
  EXPECT_TRUE(study.complete);
  EXPECT_EQ(study.rows_wanted, study.rows.size());
  EXPECT_EQ(study.trials, 20U);  // as many rounds in all
  ASSERT_EQ(study.rows.size(), kGridBlocksMax * (1 + 3 + 3) * 2);
  for (const LossRow& r : study.rows) {
    SCOPED_TRACE(std::string(r.policy) + " " + std::string(r.moment));
    EXPECT_EQ(r.trials, 20U);
    EXPECT_EQ(r.failed, 0U);
    EXPECT_EQ(r.lost, 20U);
    EXPECT_LE(r.uncovered, r.lost);
    EXPECT_GE(r.cost.mean, 0) << "a loss never helps";
    EXPECT_EQ(r.uncovered == 0, r.cost.mean == 0);
    EXPECT_GE(r.cost_p99, r.cost.mean);
  }
}

// Nobody computes more than is needed, so every loss of a worker whose vector counts leaves a chunk short.
TEST(GridLosses, SkipWithoutMarginHasNothingToSpareAndAMarginHas) {
  const LossStudy study = run_losses(small()).value();
  for (std::size_t k = 0; k < kGridBlocksMax; ++k) {
    const LossRow bare = rows_of(study, "skip", 0).at(k);
    const LossRow spare = rows_of(study, "skip", 2).at(k);
    EXPECT_EQ(bare.uncovered, bare.lost) << k;
    EXPECT_LT(spare.uncovered, bare.uncovered) << k;
    EXPECT_LT(spare.cost.mean, bare.cost.mean) << k;
    EXPECT_EQ(rows_of(study, "static", 0).at(k).blocks, k + 1);
    EXPECT_LT(rows_of(study, "static", 0).at(k).uncovered, bare.uncovered);
  }
}

TEST(GridLosses, AnyNumberOfThreadsGivesTheSame) {
  EXPECT_EQ(losses_json(small(1), run_losses(small(1)).value()),
            losses_json(small(1), run_losses(small(3)).value()));
}

TEST(GridLosses, MomentsThatDoNotDifferShareALine) {
  const LossStudy study = run_losses(small()).value();
  const std::string text = losses_text(study);
  EXPECT_THAT(text, testing::HasSubstr("after-signal, sending"));
  const auto lines = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
  EXPECT_LT(lines, study.rows.size());
}

TEST(GridLosses, EndsEarlyWithWhatIsComplete) {
  GridOptions o = small(1);
  int asked = 0;
  o.keep_going = [&] { return ++asked < 150; };
  const LossStudy study = run_losses(o).value();
  EXPECT_FALSE(study.complete);
  EXPECT_EQ(study.rows.size() % 2, 0U);
  EXPECT_FALSE(study.rows.empty());
  EXPECT_EQ(study.rows_wanted, 42U);
  EXPECT_LT(study.rows.size(), 42U);
}

}  // namespace
}  // namespace gleaner
