// Runs whole trainings on virtual time: every round exact, losses included, and the same bits every time.
#include "sim/virtual_cluster.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>
#include <cmath>

#include "support/small_run.h"
#include "support/stopping_checks.h"

namespace gleaner {
namespace {

using test::Collector;
using test::SmallRun;

TEST(VirtualCluster, TrainsExactlyUnderEveryMethod) {
  for (const Method method : {Method::partial, Method::original, Method::uncoded}) {
    SmallRun small;
    small.method = method;
    Collector seen;
    const RunResult result = run_virtual(small.spec(), seen);
    EXPECT_EQ(result.summary.status, "completed") << result.summary.reason;
    EXPECT_EQ(result.summary.rounds, small.rounds);
    EXPECT_LT(result.summary.gradient_error_max, 1e-6);
    EXPECT_LT(seen.rounds.back().loss, seen.rounds.front().loss);
  }
}

TEST(VirtualCluster, PartialNeedsLessTimeThanOriginalAndUncodedOnTheSameDraws) {
  SmallRun small;
  small.rounds = 60;
  std::vector<double> mean;
  for (const Method method : {Method::partial, Method::original, Method::uncoded}) {
    small.method = method;
    Collector seen;
    mean.push_back(run_virtual(small.spec(), seen).summary.seconds_per_round.mean);
  }
  EXPECT_LT(mean[0], 0.9 * mean[1]);
  EXPECT_LT(mean[0], 0.7 * mean[2]);
}

TEST(VirtualCluster, EveryLossAtEveryMomentEndsExactly) {
  for (const FaultMoment at :
       {FaultMoment::start, FaultMoment::mid, FaultMoment::after_signal, FaultMoment::sending}) {
    for (const FaultKind kind : {FaultKind::crash, FaultKind::hang}) {
      for (std::uint32_t worker = 0; worker < 8; ++worker) {
        SmallRun small;
        small.rounds = 6;
        small.blocks = 2;
        small.replication = 4;
        small.segment_floats = 3;
        small.faults = {{kind, WorkerId(worker), RoundId(2), at, std::nullopt}};
        Collector seen;
        const RunResult result = run_virtual(small.spec(), seen);
        ASSERT_EQ(result.summary.status, "completed") << result.summary.reason << " worker " << worker;
        EXPECT_LT(result.summary.gradient_error_max, 1e-6);
        EXPECT_EQ(result.summary.rounds, 6U);
      }
    }
  }
}

TEST(VirtualCluster, ALossThatTheMethodCannotBearSaysWhy) {
  SmallRun small;
  small.method = Method::uncoded;
  small.faults = {{FaultKind::crash, WorkerId(3), RoundId(4), FaultMoment::start, std::nullopt}};
  Collector seen;
  const RunSummary s = run_virtual(small.spec(), seen).summary;
  EXPECT_EQ(s.status, "failed");
  EXPECT_EQ(s.rounds, 3U);
  EXPECT_THAT(s.reason, testing::HasSubstr("chunk 3"));
  EXPECT_THAT(s.reason, testing::HasSubstr("--replication"));
}

TEST(VirtualCluster, AWorkerThatReturnsIsUsedAgain) {
  SmallRun small;
  small.method = Method::uncoded;
  small.server.when_unrecoverable = WhenUnrecoverable::wait;
  small.faults = {{FaultKind::crash, WorkerId(3), RoundId(4), FaultMoment::mid, 2}};
  Collector seen;
  // It comes back at the start of round 6, which never comes: round 4 waits for it in vain.
  EXPECT_EQ(run_virtual(small.spec(), seen).summary.status, "failed");

  small.method = Method::partial;
  small.faults.front().at = FaultMoment::start;
  Collector again;
  EXPECT_EQ(run_virtual(small.spec(), again).summary.status, "completed");
  EXPECT_EQ(again.rounds[3].workers, 7U);
  EXPECT_EQ(again.rounds[5].workers, 8U);
}

TEST(VirtualCluster, AHungWorkerMayComeBackBeforeItIsGivenUp) {
  SmallRun small;
  small.faults = {{FaultKind::hang, WorkerId(3), RoundId(2), FaultMoment::start, 2}};
  RunSpec spec = small.spec();
  spec.silence = std::chrono::hours(1);
  Collector seen;
  const RunSummary s = run_virtual(spec, seen).summary;
  EXPECT_EQ(s.status, "completed") << s.reason;
  EXPECT_EQ(s.workers_lost, 1U);
  EXPECT_EQ(seen.rounds.back().workers, 8U);
}

TEST(VirtualCluster, OneSeedGivesOneRunBitForBit) {
  SmallRun small;
  small.rounds = 10;
  small.faults = {{FaultKind::crash, WorkerId(1), RoundId(3), FaultMoment::sending, 2}};
  Collector a;
  Collector b;
  const RunResult first = run_virtual(small.spec(), a);
  const RunResult second = run_virtual(small.spec(), b);
  ASSERT_EQ(first.parameters.size(), second.parameters.size());
  for (std::size_t i = 0; i < first.parameters.size(); ++i) {
    EXPECT_EQ(std::bit_cast<std::uint32_t>(first.parameters[i]),
              std::bit_cast<std::uint32_t>(second.parameters[i]));
  }
  ASSERT_EQ(a.notes.size(), b.notes.size());
  for (std::size_t i = 0; i < a.notes.size(); ++i) EXPECT_EQ(a.notes[i], b.notes[i]);
  small.seed = 2;
  Collector c;
  EXPECT_NE(run_virtual(small.spec(), c).summary.seconds_per_round.mean,
            first.summary.seconds_per_round.mean);
}

TEST(VirtualCluster, ADeadlineGivesTheAnnouncedResidual) {
  SmallRun small;
  small.server.recovery = {Recovery::Kind::deadline, std::chrono::milliseconds(4), 0};
  small.rounds = 30;
  Collector seen;
  EXPECT_EQ(run_virtual(small.spec(), seen).summary.status, "completed");
  bool some_missing = false;
  for (const RoundRecord& r : seen.rounds) {
    some_missing = some_missing || r.residual > 0;
    EXPECT_EQ(r.residual == 0, r.gradient_error < 1e-6);
  }
  EXPECT_TRUE(some_missing);
}

TEST(VirtualCluster, TellsTheTestAccuracyAndStopsAtTheTarget) {
  test::expect_stop_at_target_accuracy(run_virtual);
}

TEST(VirtualCluster, StopsAfterTheRoundInWhichTheTimeIsUp) {
  SmallRun small;
  small.speeds = "constant:mean=4ms";
  small.rounds = 10'000;
  RunSpec spec = small.spec();
  spec.stopping.time_limit = std::chrono::milliseconds(30);
  Collector seen;
  const RunSummary s = run_virtual(spec, seen).summary;
  EXPECT_EQ(s.status, "completed");
  EXPECT_THAT(s.reason, testing::HasSubstr("time limit 0.03s reached after round"));
  EXPECT_EQ(s.rounds, 8U);  // 7 rounds take 28 ms
}

TEST(VirtualCluster, ATrainingThatDivergesFailsWithAdvice) {
  SmallRun small;
  small.rounds = 1000;
  RunSpec spec = small.spec();
  spec.optimizer.learning_rate = 1e12;
  Collector seen;
  const RunSummary s = run_virtual(spec, seen).summary;
  EXPECT_EQ(s.status, "failed");
  EXPECT_THAT(s.reason, testing::HasSubstr("lower --lr from 1e+12 to 1e+11"));
}

}  // namespace
}  // namespace gleaner
