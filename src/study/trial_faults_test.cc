// Losses of every kind in trials: the cluster mends them, and what they cost shows.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/conditions.h"
#include "study/trials.h"

namespace gleaner {
namespace {

TrialsSpec spec_of(const Conditions::Texts& texts) {
  const Conditions conditions = Conditions::parse(texts).value();
  const Assignment a = Assignment::cyclic(8, 8, 3).value();
  TrialsSpec spec;
  spec.cluster.plan = std::make_shared<const Plan>(
      Plan::make(Method::partial, a, Ordering::optimal(a), Frame::ones(8)).value());
  spec.cluster.code = code_for(Method::partial);
  spec.cluster.rounds = 4;
  spec.cluster.dimension = 1000;
  conditions.apply_to(spec.cluster);
  spec.faults = conditions.faults;
  spec.trials = 20;
  return spec;
}

double mean_seconds(const std::vector<TrialOutcome>& outcomes) {
  double sum = 0;
  for (const TrialOutcome& outcome : outcomes) {
    EXPECT_TRUE(outcome.completed) << outcome.reason;
    for (const RoundOutcome& round : outcome.rounds) sum += seconds(round.took);
  }
  return sum / static_cast<double>(outcomes.size());
}

TEST(TrialFaults, AWorkerIsLostAtEveryStepAndEveryTrialCompletes) {
  for (const char* at :
       {"joining", "start", "mid", "reporting", "after-signal", "sending", "sent", "released"}) {
    for (const char* kind : {"crash:", "hang:back=1,", "cut:back-after=.5,"}) {
      const std::string faults = std::string(kind) + "round=2,at=" + at;
      const auto outcomes = run_trials(spec_of({.speeds = "exponential", .faults = faults}));
      ASSERT_TRUE(outcomes) << faults << ": " << outcomes.error().sentence();
      for (const TrialOutcome& outcome : outcomes.value()) {
        ASSERT_TRUE(outcome.completed) << faults << ": " << outcome.reason;
        ASSERT_EQ(outcome.rounds.size(), 4U);
      }
    }
  }
}

TEST(TrialFaults, AServerThatComesBackDoesTheRoundAgain) {
  for (const char* at : {"began", "heard", "signalled", "collected", "committed", "durable"}) {
    const std::string faults = std::string("server-crash:round=2,for=3,at=") + at;
    const auto struck = run_trials(spec_of({.speeds = "exponential", .faults = faults}));
    ASSERT_TRUE(struck) << struck.error().sentence();
    for (const TrialOutcome& outcome : struck.value()) {
      ASSERT_TRUE(outcome.completed) << at << ": " << outcome.reason;
      EXPECT_EQ(outcome.rounds.back().stamp.round, RoundId(4)) << at;
      EXPECT_EQ(outcome.rounds.back().stamp.term, Term(2)) << at;
    }
  }
}

TEST(TrialFaults, TheSameForAnyNumberOfThreads) {
  TrialsSpec spec =
      spec_of({.speeds = "exponential", .faults = "cut:count=2,back-after=1+server-crash:for=2,at=heard"});
  spec.threads = 1;
  const auto one = run_trials(spec).value();
  spec.threads = 3;
  const auto three = run_trials(spec).value();
  ASSERT_EQ(one.size(), three.size());
  for (std::size_t k = 0; k < one.size(); ++k) EXPECT_EQ(one[k].events, three[k].events);
  EXPECT_EQ(mean_seconds(one), mean_seconds(three));
}

TEST(TrialFaults, PlainLossesTakeTheSameRoundsEitherWay) {
  TrialsSpec plain = spec_of({.speeds = "exponential", .faults = "crash:count=2,at=start"});
  TrialsSpec named =
      spec_of({.speeds = "exponential", .faults = "crash:count=2,at=start+cut:back=1,round=4,at=released"});
  EXPECT_EQ(plain.faults.scope(), FaultScope::training);
  EXPECT_EQ(named.faults.scope(), FaultScope::simulation);
  EXPECT_EQ(mean_seconds(run_trials(plain).value()), mean_seconds(run_trials(named).value()));
}

}  // namespace
}  // namespace gleaner
