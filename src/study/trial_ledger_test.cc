// The ledger of many trials is the sum of theirs, whoever runs them.
#include "study/trial_ledger.h"

#include <gtest/gtest.h>

#include "study/trials.h"

namespace gleaner {
namespace {

TrialsSpec study() {
  const Assignment a = Assignment::cyclic(8, 8, 4).value();
  TrialsSpec s;
  s.cluster.plan = std::make_shared<const Plan>(
      Plan::make(Method::partial, a, Ordering::optimal(a), Frame::ones(8)).value());
  s.cluster.code = code_for(Method::partial);
  s.cluster.speeds =
      SpeedModel::parse("exponential:mean=1+slow:factor=5,workers=2", TimeUnits::optional).value();
  s.cluster.server.policy = Policy::skip;
  s.cluster.rounds = 3;
  s.trials = 40;
  return s;
}

TEST(TrialLedger, IsTheSumOfItsTrialsForAnyNumberOfThreads) {
  TrialsSpec s = study();
  LedgerPage expected;
  TrialLedger one(s.cluster.plan, s.cluster.server);
  StudyLedger by_hand;
  Cluster cluster(s.cluster);
  for (std::uint64_t k = 0; k < s.trials; ++k) {
    Cluster::Hooks hooks;
    one.attach(hooks, true);
    one.add_to(by_hand, cluster.run(trial_of(s, k).value(), hooks));
  }
  EXPECT_EQ(by_hand.rounds, 120U);
  EXPECT_EQ(by_hand.page.total().used, 120U * 8);
  EXPECT_EQ(by_hand.page.slowness[0].rounds, 120U);
  for (const std::size_t threads : {1U, 3U}) {
    StudyLedger got;
    s.threads = threads;
    s.ledger = &got;
    ASSERT_TRUE(run_trials(s).ok());
    EXPECT_EQ(got.page, by_hand.page);
    EXPECT_EQ(got.rounds, by_hand.rounds);
  }
}

TEST(TrialLedger, TheSlowWorkerCostsMost) {
  StudyLedger ledger;
  TrialsSpec s = study();
  s.ledger = &ledger;
  ASSERT_TRUE(run_trials(s).ok());
  for (std::size_t w = 0; w < 8; ++w) {
    if (w == 2) continue;
    EXPECT_GT(ledger.page.slowness[2].cost, ledger.page.slowness[w].cost) << w;
    EXPECT_LT(ledger.page.workers[2].computed, ledger.page.workers[w].computed) << w;
  }
}

TEST(TrialLedger, TrialsThatFailedAreNotInIt) {
  StudyLedger ledger;
  TrialsSpec s = study();
  s.faults = FaultModel::parse("crash:count=4,workers=0/1/2/3,at=start,round=2").value();
  s.ledger = &ledger;
  const auto outcomes = run_trials(s);
  ASSERT_TRUE(outcomes.ok());
  EXPECT_FALSE(outcomes.value()[0].completed);
  EXPECT_TRUE(ledger.page.empty());
  EXPECT_EQ(ledger.rounds, 0U);
}

}  // namespace
}  // namespace gleaner
