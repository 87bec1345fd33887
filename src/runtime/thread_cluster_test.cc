// Trainings on real threads: every round exact, whatever is lost at whatever moment; never a hang. Times are
// not asserted, but for the one promise that a chunk takes at least its drawn time.
#include "runtime/thread_cluster.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "support/output_folder.h"
#include "support/small_run.h"
#include "support/stopping_checks.h"
#include "work/checkpoints.h"
#include "work/snapshot.h"

namespace gleaner {
namespace {

using test::Collector;
using test::SmallRun;

TEST(ThreadCluster, TrainsExactlyUnderEveryMethod) {
  for (const Method method : {Method::partial, Method::original, Method::uncoded}) {
    SmallRun small;
    small.method = method;
    Collector seen;
    const RunResult result = run_threads(small.spec(), seen);
    EXPECT_EQ(result.summary.status, "completed") << result.summary.reason;
    EXPECT_EQ(result.summary.rounds, small.rounds);
    EXPECT_LT(result.summary.gradient_error_max, 1e-6);
    EXPECT_LT(seen.rounds.back().loss, seen.rounds.front().loss);
  }
}

TEST(ThreadCluster, NoChunkIsFasterThanItsDraw) {
  SmallRun small;
  Collector seen;
  (void)run_threads(small.spec(), seen);
  std::size_t chunks = 0;
  for (const RoundRecord& r : seen.rounds) {
    for (const ChunkTime& c : r.chunk_times) {
      EXPECT_GE(c.seconds, c.drawn_seconds);
      ++chunks;
    }
  }
  EXPECT_GT(chunks, small.rounds * 4);
}

// What was finished and not heard of before the commit is in the ledger alone.
TEST(ThreadCluster, TheLedgerAddsUp) {
  for (const Policy policy : {Policy::fixed, Policy::skip}) {
    SmallRun small;
    small.blocks = 2;
    small.replication = 4;
    small.server.policy = policy;
    small.faults = {{FaultKind::crash, WorkerId(1), RoundId(3), FaultMoment::sending, 2},
                    {FaultKind::hang, WorkerId(4), RoundId(5), FaultMoment::mid, 2}};
    RunSpec spec = small.spec();
    spec.silence = std::chrono::milliseconds(30);
    Collector seen;
    const RunSummary s = run_threads(spec, seen).summary;
    ASSERT_EQ(s.status, "completed") << s.reason;
    LedgerPage sum;
    for (const RoundRecord& r : seen.rounds) {
      LedgerRow of_chunks;
      for (const LedgerRow& row : r.ledger.chunks) {
        EXPECT_GE(row.used, 2U);
        of_chunks += row;
      }
      const LedgerRow all = r.ledger.total();
      EXPECT_EQ(all, of_chunks);
      EXPECT_EQ(all.used, r.chunks_used);
      EXPECT_GE(all.computed, r.chunks_completed);
      EXPECT_LE(all.computed, r.chunk_times.size());
      Duration drawn{};
      for (const ChunkTime& c : r.chunk_times) drawn += from_seconds(c.drawn_seconds);
      EXPECT_TRUE(all.computed < r.chunk_times.size() || all.busy >= drawn);
      sum += r.ledger;
    }
    EXPECT_EQ(s.ledger, sum);
    EXPECT_GE(s.ledger.total().skipped, policy == Policy::skip ? 1U : 0U);
    EXPECT_GT(s.ledger.total().aborted, 0U);
  }
}

class LossAt : public testing::TestWithParam<std::tuple<FaultMoment, FaultKind>> {};

TEST_P(LossAt, EndsExactlyWithoutAHang) {
  const auto [at, kind] = GetParam();
  for (std::uint32_t worker = 0; worker < 8; worker += 3) {
    SmallRun small;
    small.rounds = 6;
    small.blocks = 2;
    small.replication = 4;
    small.segment_floats = 3;
    small.faults = {{kind, WorkerId(worker), RoundId(2), at, 2}};
    RunSpec spec = small.spec();
    spec.silence = std::chrono::milliseconds(30);
    Collector seen;
    const RunResult result = run_threads(spec, seen);
    ASSERT_EQ(result.summary.status, "completed") << result.summary.reason << " worker " << worker;
    EXPECT_LT(result.summary.gradient_error_max, 1e-6);
    EXPECT_EQ(result.summary.rounds, 6U);
  }
}

INSTANTIATE_TEST_SUITE_P(EveryMoment, LossAt,
                         testing::Combine(testing::Values(FaultMoment::start, FaultMoment::mid,
                                                          FaultMoment::after_signal, FaultMoment::sending),
                                          testing::Values(FaultKind::crash, FaultKind::hang)));

TEST(ThreadCluster, ALossAfterTheSignalMakesOnlyNeighboursEncodeAgain) {
  SmallRun small;
  small.workers = small.chunks = 12;
  small.replication = 3;
  small.blocks = 1;
  small.rounds = 8;
  Fault fault{FaultKind::crash, WorkerId(4), RoundId(3), FaultMoment::after_signal, std::nullopt};
  fault.by_chance = true;  // strikes somebody who has something to send
  small.faults = {fault};
  Collector seen;
  const RunResult result = run_threads(small.spec(), seen);
  ASSERT_EQ(result.summary.status, "completed") << result.summary.reason;
  EXPECT_EQ(result.summary.epochs_max, 2U);
  EXPECT_EQ(result.summary.workers_lost, 1U);
  EXPECT_EQ(seen.rounds[2].epoch, 2U);
  EXPECT_LT(seen.rounds[2].gradient_error, 1e-6);
  // A worker of a cyclic placement shares chunks with at most two workers on either side.
  EXPECT_LE(seen.rounds[2].reencoded, 4U);
}

TEST(ThreadCluster, ALossThatTheMethodCannotBearSaysWhy) {
  SmallRun small;
  small.method = Method::uncoded;
  small.faults = {{FaultKind::crash, WorkerId(3), RoundId(4), FaultMoment::start, std::nullopt}};
  Collector seen;
  const RunSummary s = run_threads(small.spec(), seen).summary;
  EXPECT_EQ(s.status, "failed");
  EXPECT_EQ(s.rounds, 3U);
  EXPECT_THAT(s.reason, testing::HasSubstr("chunk 3"));
}

TEST(ThreadCluster, WaitsForAWorkerOnlyAsLongAsAsked) {
  SmallRun small;
  small.method = Method::uncoded;
  small.server.when_unrecoverable = WhenUnrecoverable::wait;
  small.server.wait = std::chrono::milliseconds(50);
  small.faults = {{FaultKind::crash, WorkerId(3), RoundId(4), FaultMoment::mid, std::nullopt}};
  Collector seen;
  EXPECT_EQ(run_threads(small.spec(), seen).summary.status, "failed");
}

TEST(ThreadCluster, AHungWorkerMayComeBackBeforeItIsGivenUp) {
  SmallRun small;
  small.faults = {{FaultKind::hang, WorkerId(3), RoundId(2), FaultMoment::start, 2}};
  RunSpec spec = small.spec();
  spec.silence = std::chrono::hours(1);
  Collector seen;
  const RunSummary s = run_threads(spec, seen).summary;
  EXPECT_EQ(s.status, "completed") << s.reason;
  EXPECT_EQ(s.workers_lost, 1U);
  EXPECT_EQ(seen.rounds.back().workers, 8U);
}

// The first loss takes the worker away before the second comes: it returns once, and nothing else is
// disturbed.
TEST(ThreadCluster, TwoLossesThatMeetInOneLifeAreOne) {
  SmallRun small;
  small.speeds = "constant:mean=20ms";
  small.rounds = 5;
  small.faults = {{FaultKind::crash, WorkerId(3), RoundId(2), FaultMoment::mid, 1},
                  {FaultKind::crash, WorkerId(3), RoundId(2), FaultMoment::mid, 2}};
  Collector seen;
  const RunSummary s = run_threads(small.spec(), seen).summary;
  EXPECT_EQ(s.status, "completed") << s.reason;
  EXPECT_EQ(seen.rounds.back().workers, 8U);
}

TEST(ThreadCluster, TheLossesOfACodedRunAreThoseOfAPlainOne) {
  SmallRun coded;
  coded.blocks = 2;
  coded.replication = 4;
  coded.speeds = "none";
  coded.faults = {{FaultKind::crash, WorkerId(2), RoundId(3), FaultMoment::sending, 2}};
  SmallRun plain;
  plain.method = Method::uncoded;
  plain.workers = 1;
  plain.speeds = "none";
  Collector a;
  Collector b;
  (void)run_threads(coded.spec(), a);
  (void)run_threads(plain.spec(), b);
  ASSERT_EQ(a.rounds.size(), b.rounds.size());
  for (std::size_t i = 0; i < a.rounds.size(); ++i) EXPECT_NEAR(a.rounds[i].loss, b.rounds[i].loss, 1e-5);
}

TEST(ThreadCluster, StopsBetweenRoundsWhenAsked) {
  SmallRun small;
  Collector seen;
  seen.stop_after = 5;
  const RunSummary s = run_threads(small.spec(), seen).summary;
  EXPECT_EQ(s.status, "interrupted");
  EXPECT_EQ(s.rounds, 5U);
}

TEST(ThreadCluster, RunsAsFastAsItGoesWithoutInjectedSpeeds) {
  SmallRun small;
  small.speeds = "none";
  small.rounds = 100;
  small.segment_floats = 2;
  Collector seen;
  const RunSummary s = run_threads(small.spec(), seen).summary;
  EXPECT_EQ(s.status, "completed") << s.reason;
  EXPECT_LT(s.gradient_error_max, 1e-6);
}

TEST(ThreadCluster, TellsTheTestAccuracyAndStopsAtTheTarget) {
  test::expect_stop_at_target_accuracy(run_threads);
}

TEST(ThreadCluster, StopsAfterTheRoundInWhichTheTimeIsUp) {
  SmallRun small;
  small.speeds = "constant:mean=4ms";
  small.rounds = 10'000;
  RunSpec spec = small.spec();
  spec.stopping.time_limit = std::chrono::milliseconds(30);
  Collector seen;
  const RunSummary s = run_threads(spec, seen).summary;
  EXPECT_EQ(s.status, "completed");
  EXPECT_THAT(s.reason, testing::HasSubstr("time limit 0.03s reached after round"));
  EXPECT_LE(s.rounds, 8U);
}

TEST(ThreadCluster, ATrainingThatDivergesFailsWithAdvice) {
  SmallRun small;
  small.rounds = 1000;
  RunSpec spec = small.spec();
  spec.optimizer.learning_rate = 1e12;
  Collector seen;
  const RunSummary s = run_threads(spec, seen).summary;
  EXPECT_EQ(s.status, "failed");
  EXPECT_THAT(s.reason, testing::HasSubstr("lower --lr from 1e+12 to 1e+11"));
}

// In real time the copies that are selected differ from run to run, and so may the last bits; with one copy
// of everything there is no choice.
TEST(ThreadCluster, AResumedRunIsTheRunThatWasNotInterrupted) {
  SmallRun small;
  small.method = Method::uncoded;
  small.speeds = "none";
  small.rounds = 20;
  RunSpec spec = small.spec();
  spec.optimizer = {OptimizerKind::adam, 0.05};
  Collector whole;
  const RunResult once = run_threads(spec, whole);

  const test::OutputFolder folder;
  spec.checkpoint = CheckpointPolicy{folder.path(), 4, 2};
  Collector first;
  first.stop_after = 7;
  EXPECT_EQ(run_threads(spec, first).summary.status, "interrupted");
  spec.resume = load_checkpoint(spec).value();
  EXPECT_EQ(spec.resume->round, RoundId(7));
  Collector rest;
  const RunResult resumed = run_threads(spec, rest);
  EXPECT_EQ(resumed.summary.status, "completed") << resumed.summary.reason;
  EXPECT_EQ(resumed.summary.rounds, 20U);
  EXPECT_EQ(rest.rounds.size(), 13U);
  EXPECT_EQ(rest.rounds.front().round, 8U);
  EXPECT_EQ(resumed.parameters, once.parameters);
  EXPECT_EQ(resumed.summary.chunks_used, once.summary.chunks_used);
  EXPECT_EQ(resumed.summary.bytes_to_workers, once.summary.bytes_to_workers);
}

TEST(ThreadCluster, AResumedRunKnowsWhoIsGoneAndWhoHangs) {
  SmallRun small;
  small.rounds = 10;
  small.faults = {{FaultKind::crash, WorkerId(1), RoundId(2), FaultMoment::start, 6},
                  {FaultKind::hang, WorkerId(4), RoundId(3), FaultMoment::start, std::nullopt}};
  RunSpec spec = small.spec();
  spec.silence = std::chrono::hours(1);  // the hung one is never given up
  const test::OutputFolder folder;
  spec.checkpoint = CheckpointPolicy{folder.path(), 100, 2};
  Collector first;
  first.stop_after = 5;
  EXPECT_EQ(run_threads(spec, first).summary.status, "interrupted");
  spec.resume = load_checkpoint(spec).value();
  const ClusterState& cluster = spec.resume->cluster;
  EXPECT_EQ(cluster.workers[1], ClusterState::Worker::gone);
  EXPECT_EQ(cluster.workers[4], ClusterState::Worker::hung);
  ASSERT_EQ(cluster.pending.size(), 1U);
  EXPECT_EQ(cluster.pending[0].worker, WorkerId(4));
  Collector rest;
  const RunSummary s = run_threads(spec, rest).summary;
  EXPECT_EQ(s.status, "completed") << s.reason;
  EXPECT_EQ(rest.rounds.front().workers, 7U);  // the hung one counts as live: nobody knows better
  EXPECT_EQ(rest.rounds.back().workers, 8U);
  EXPECT_EQ(s.workers_lost, 1U);
}

}  // namespace
}  // namespace gleaner
