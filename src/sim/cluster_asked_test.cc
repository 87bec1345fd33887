// When workers are asked how quick they are (RoundOutcome::asked).
#include <gtest/gtest.h>

#include "sim/cluster.h"

namespace gleaner {
namespace {

TrialOutcome three_rounds(Policy policy, bool learns) {
  const Assignment a = Assignment::regular_graph(20, 20, 5, 3).value();
  ClusterSpec spec;
  spec.plan = std::make_shared<const Plan>(
      Plan::make(Method::partial, a, Ordering::optimal(a), Frame::ones(20)).value());
  spec.code = code_for(Method::partial);
  spec.speeds = SpeedModel::parse("exponential:mean=1", TimeUnits::optional).value();
  spec.server.policy = policy;
  spec.server.learn_orders = learns;
  spec.rounds = 3;
  TrialOutcome outcome = Cluster(spec).run({});
  EXPECT_TRUE(outcome.completed) << outcome.reason;
  return outcome;
}

// First when a part of the copies is there; later early in the round, by what recent rounds took.
TEST(ClusterAsked, IsWhenReplanListensFirst) {
  const TrialOutcome outcome = three_rounds(Policy::replan, false);
  ASSERT_EQ(outcome.rounds.size(), 3U);
  for (const RoundOutcome& r : outcome.rounds) {
    EXPECT_GT(r.asked, Duration::zero());
    EXPECT_LT(r.asked, r.signalled / 2);
  }
  EXPECT_GT(outcome.rounds[1].asked, outcome.rounds[0].signalled / 32);
  EXPECT_LT(outcome.rounds[1].asked, outcome.rounds[0].signalled / 8);
}

TEST(ClusterAsked, IsZeroWhereNobodyIsAsked) {
  for (const Policy policy : {Policy::fixed, Policy::skip}) {
    for (const bool learns : {false, true}) {
      for (const RoundOutcome& r : three_rounds(policy, learns).rounds) EXPECT_EQ(r.asked, Duration::zero());
    }
  }
}

}  // namespace
}  // namespace gleaner
