// Short runs of the disasters, so that every build has some, also under sanitizers. Ten thousand rounds are
// `gleaner simulate --disasters 10000`.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/disasters.h"

namespace gleaner {
namespace {

DisasterOptions options_of(std::uint64_t rounds, std::uint64_t seed) {
  DisasterOptions options;
  options.rounds = rounds;
  options.seed = seed;
  return options;
}

TEST(DisasterRun, BreaksNoRuleAndMeetsEveryKindOfTrouble) {
  const DisasterReport report = run_disasters(options_of(600, 7));
  EXPECT_TRUE(report.ok()) << report.text();
  const DisasterCounts& c = report.counts;
  EXPECT_GE(c.rounds, 600U);
  EXPECT_GE(c.lost_after_signal, 30U);
  EXPECT_GE(c.uncovering, 6U);
  EXPECT_GE(c.restarts_in_round, 6U);
  EXPECT_GE(c.stale_vectors, 30U);
  EXPECT_GT(c.reconnects, 0U);
  EXPECT_GT(c.returns, 0U);
}

TEST(DisasterRun, IsTheSameInWhicheverOrderClustersAreRun) {
  const DisasterReport forwards = run_disasters(options_of(200, 3));
  DisasterOptions options = options_of(200, 3);
  options.for_each = [](std::size_t count, const std::function<void(std::size_t)>& body) {
    for (std::size_t k = count; k-- > 0;) body(k);
  };
  const DisasterReport backwards = run_disasters(options);
  EXPECT_EQ(forwards.counts, backwards.counts);
  EXPECT_EQ(forwards.text(), backwards.text());
}

TEST(DisasterRun, ASeedReplaysItsClusterFirst) {
  const std::uint64_t fifth = disaster_seed(11, 4);
  EXPECT_EQ(disaster_seed(fifth, 0), fifth);
  EXPECT_NE(disaster_seed(11, 3), fifth);
  const DisasterRun a = run_disaster(draw_disaster_cluster(fifth), true);
  const DisasterRun b = run_disaster(draw_disaster_cluster(fifth), true);
  EXPECT_EQ(a.trace, b.trace);
  EXPECT_EQ(run_disasters(options_of(1, fifth)).counts, a.counts);
}

TEST(DisasterRun, TheTableNamesWhatItCounts) {
  const std::string text = run_disasters(options_of(20, 1)).text();
  for (const char* row :
       {"losses after the signal", "that uncover a chunk", "with an uncommitted round",
        "stale vectors that came in", "losses of workers, by phase", "crashes of the server"}) {
    EXPECT_THAT(text, testing::HasSubstr(row));
  }
}

}  // namespace
}  // namespace gleaner
