#include "study/trials.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <mutex>
#include <set>
#include <tuple>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "study/bounds.h"
#include "study/summary.h"

namespace gleaner {
namespace {

TrialsSpec small(Method method = Method::partial, std::string_view speeds = "exponential:mean=1") {
  const Assignment a = Assignment::cyclic(12, 12, method == Method::uncoded ? 1 : 3).value();
  TrialsSpec spec;
  spec.cluster.plan =
      std::make_shared<const Plan>(Plan::make(method, a, Ordering::optimal(a), Frame::ones(12)).value());
  spec.cluster.code = code_for(method);
  spec.cluster.speeds = SpeedModel::parse(speeds, TimeUnits::optional).value();
  spec.trials = 200;
  spec.seed = 3;
  return spec;
}

using Told = std::tuple<bool, std::string, std::uint64_t,
                        std::vector<std::tuple<Duration, std::uint64_t, std::uint64_t>>>;

std::vector<Told> told(const std::vector<TrialOutcome>& outcomes) {
  std::vector<Told> all;
  for (const TrialOutcome& o : outcomes) {
    Told t{o.completed, o.reason, o.events, {}};
    for (const RoundOutcome& r : o.rounds)
      std::get<3>(t).emplace_back(r.took, r.chunks_completed, r.bytes_to_server);
    all.push_back(std::move(t));
  }
  return all;
}

TEST(Trials, AnyNumberOfThreadsGivesTheSame) {
  TrialsSpec spec = small();
  spec.cluster.rounds = 3;
  spec.faults = FaultModel::parse("crash:count=2,at=mid,back=1+hang:count=1").value();
  spec.plan_of = random_orders(spec.cluster.plan);
  spec.threads = 1;
  const auto alone = told(run_trials(spec).value());
  ASSERT_EQ(alone.size(), 200U);
  for (const std::size_t threads : {2, 3, 7}) {
    spec.threads = threads;
    EXPECT_EQ(told(run_trials(spec).value()), alone) << threads;
  }
}

TEST(Trials, EveryTrialIsAnother) {
  const TrialsSpec spec = small();
  std::set<std::uint64_t> seeds;
  for (std::uint64_t k = 0; k < 100; ++k) seeds.insert(trial_of(spec, k).value().seed);
  EXPECT_EQ(seeds.size(), 100U);
  EXPECT_EQ(trial_of(spec, 7).value().seed, trial_of(spec, 7).value().seed);
  TrialsSpec other = spec;
  other.seed = 4;
  EXPECT_NE(trial_of(spec, 7).value().seed, trial_of(other, 7).value().seed);
}

TEST(Trials, WalkThroughTheRowsOfATrace) {
  TrialsSpec spec = small();
  spec.cluster.rounds = 4;
  EXPECT_EQ(trial_of(spec, 0).value().first_round, RoundId(1));
  EXPECT_EQ(trial_of(spec, 1).value().first_round, RoundId(5));
}

// The round of an uncoded cluster ends with its slowest worker: known without a simulation.
TEST(Trials, MethodsMeetTheSameDraws) {
  const std::vector<TrialOutcome> uncoded = run_trials(small(Method::uncoded)).value();
  const std::vector<TrialOutcome> partial = run_trials(small()).value();
  for (std::uint64_t k = 0; k < uncoded.size(); ++k) {
    const Trial trial = trial_of(small(), k).value();
    Duration slowest{};
    for (std::uint32_t j = 0; j < 12; ++j) {
      slowest =
          std::max(slowest, small().cluster.speeds.chunk_time(trial.seed, trial.first_round, WorkerId(j), 0));
    }
    EXPECT_EQ(uncoded[k].rounds.at(0).took, slowest);
    EXPECT_LE(partial[k].rounds.at(0).took, 3 * slowest);
  }
}

TEST(Trials, ASingleTrialHasTheSeedItself) {
  TrialsSpec spec = small();
  spec.seed = 12;
  EXPECT_NE(trial_of(spec, 0).value().seed, 12U);
  spec.trials = 1;
  EXPECT_EQ(trial_of(spec, 0).value().seed, 12U);
  EXPECT_EQ(trial_of(spec, 0).value().first_round, RoundId(1));
  EXPECT_EQ(run_trials(spec).value().at(0).rounds.at(0).took,
            Cluster(spec.cluster).run({.seed = 12}).rounds.at(0).took);
}

TEST(Trials, AnOrderDrawnAnewDiffersBetweenTrials) {
  const TrialsSpec spec = small();
  const auto orders = random_orders(spec.cluster.plan);
  EXPECT_EQ(orders(5).value()->ordering(), orders(5).value()->ordering());
  EXPECT_FALSE(orders(5).value()->ordering() == orders(6).value()->ordering());
  EXPECT_EQ(orders(5).value()->assignment(), spec.cluster.plan->assignment());
}

TEST(Trials, TheFirstErrorIsTheSameForAnyNumberOfThreads) {
  TrialsSpec spec = small();
  spec.plan_of = [&](std::uint64_t seed) -> Result<std::shared_ptr<const Plan>> {
    if (seed % 5 == 0) return bad_input("seed " + std::to_string(seed));
    return spec.cluster.plan;
  };
  std::set<std::string> said;
  for (const std::size_t threads : {1, 2, 3, 5}) {
    spec.threads = threads;
    said.insert(run_trials(spec).error().what);
  }
  EXPECT_EQ(said.size(), 1U);
}

TEST(Trials, FaultsThatDoNotFitAreAnError) {
  TrialsSpec spec = small();
  spec.faults = FaultModel::parse("crash:workers=40").value();
  EXPECT_THAT(run_trials(spec).error().what, testing::HasSubstr("--faults"));
}

TEST(Trials, ProgressIsToldAndEndsWithAll) {
  TrialsSpec spec = small();
  std::vector<std::uint64_t> seen;
  spec.progress = [&](std::uint64_t done, std::uint64_t all) {
    EXPECT_EQ(all, 200U);
    seen.push_back(done);
  };
  ASSERT_TRUE(run_trials(spec).ok());
  EXPECT_TRUE(std::is_sorted(seen.begin(), seen.end()));
  EXPECT_EQ(seen.back(), 200U);
}

TEST(Trials, StoppedEarlyTheFirstOnesRemain) {
  TrialsSpec spec = small();
  const auto all = told(run_trials(spec).value());
  std::atomic<int> asked = 0;
  spec.keep_going = [&] { return ++asked <= 50; };
  spec.threads = 3;
  const auto some = told(run_trials(spec).value());
  EXPECT_LE(some.size(), 50U);
  EXPECT_TRUE(std::equal(some.begin(), some.end(), all.begin()));
}

TEST(Trials, AllAreDoneOnceWhateverTheThreads) {
  for (const std::uint64_t count : {0U, 1U, 2U, 100U, 1000U}) {
    for (const std::size_t threads : {1U, 2U, 64U}) {
      std::mutex mutex;
      std::multiset<std::uint64_t> done;
      const auto make = [&]() -> std::function<bool(std::uint64_t)> {
        return [&](std::uint64_t k) {
          const std::lock_guard lock(mutex);
          done.insert(k);
          return true;
        };
      };
      EXPECT_EQ(for_each_trial(count, threads, make), count);
      EXPECT_EQ(done.size(), count);
      EXPECT_EQ(std::set<std::uint64_t>(done.begin(), done.end()).size(), count);
    }
  }
}

RoundOutcome round_of(double took, double residual, std::uint64_t chunks) {
  RoundOutcome r;
  r.took = from_seconds(took);
  r.residual_norm = residual;
  r.chunks_completed = chunks;
  r.lost_after_signal = 1;
  return r;
}

TEST(Summary, MeansAreOverTrialsAndQuantilesOverRounds) {
  std::vector<TrialOutcome> outcomes(3);
  outcomes[0] = {true, "", {round_of(1, 0, 10), round_of(3, 2, 20)}, 100};
  outcomes[1] = {false, "no luck", {round_of(50, 0, 10)}, 7};
  outcomes[2] = {true, "", {round_of(4, 0, 30), round_of(4, 0, 40)}, 300};
  const StudySummary s = summarise(outcomes);
  EXPECT_EQ(s.trials, 3U);
  EXPECT_EQ(s.failed, 1U);
  EXPECT_EQ(s.reason, "no luck");
  EXPECT_DOUBLE_EQ(s.time.mean, 3);
  EXPECT_DOUBLE_EQ(s.time.std_error, 1);  // of 2 and 4
  EXPECT_DOUBLE_EQ(s.p50, 3);
  EXPECT_DOUBLE_EQ(s.p99, 4);
  EXPECT_DOUBLE_EQ(s.residual_norm.mean, 0.5);
  EXPECT_DOUBLE_EQ(s.residual_norm.mean_square, 1);
  EXPECT_DOUBLE_EQ(s.chunks_completed, 25);
  EXPECT_DOUBLE_EQ(s.events, 100);
  EXPECT_EQ(s.lost_after_signal, 4U);
  EXPECT_EQ(s.seconds[0], 2);
  EXPECT_TRUE(std::isnan(s.seconds[1]));
}

TEST(Summary, WithoutACompletedTrialNothingIsKnown) {
  const std::vector<TrialOutcome> outcomes(2);
  EXPECT_TRUE(std::isnan(summarise(outcomes).time.mean));
  EXPECT_EQ(summarise(outcomes).failed, 2U);
}

TEST(Bounds, NoMethodBeatsThem) {
  for (const std::string_view faults :
       {"none", "crash:count=1", "hang:workers=3,at=mid,round=1", "crash:count=2,at=after-signal"}) {
    for (const Method method : {Method::partial, Method::original}) {
      TrialsSpec spec = small(method, "exponential:mean=1+slow:factor=4,workers=0/7");
      spec.cluster.rounds = 2;
      spec.cluster.silence = std::chrono::nanoseconds(1);
      spec.faults = FaultModel::parse(faults).value();
      const std::vector<ClairvoyantBounds> bounds = run_bounds(spec).value();
      const StudySummary s = summarise(run_trials(spec).value());
      ASSERT_EQ(bounds.size(), s.seconds.size());
      for (std::size_t k = 0; k < bounds.size(); ++k) {
        EXPECT_LE(bounds[k].free, bounds[k].placed);
        if (std::isnan(s.seconds[k])) continue;
        EXPECT_LE(bounds[k].placed, s.seconds[k] + 1e-8) << faults << " " << k;
      }
    }
  }
}

TEST(Bounds, OfUncodedAreItsTime) {
  TrialsSpec spec = small(Method::uncoded);
  const std::vector<ClairvoyantBounds> bounds = run_bounds(spec).value();
  const StudySummary s = summarise(run_trials(spec).value());
  for (std::size_t k = 0; k < bounds.size(); ++k) EXPECT_NEAR(bounds[k].placed, s.seconds[k], 1e-9);
}

TEST(Bounds, ALostWorkerIsMissedUntilItReturns) {
  TrialsSpec spec = small(Method::uncoded, "constant:mean=1");
  spec.cluster.rounds = 4;
  spec.trials = 1;
  spec.faults = FaultModel::parse("crash:workers=3,round=2,back=1").value();
  EXPECT_TRUE(std::isinf(run_bounds(spec).value()[0].placed));
  spec.faults = FaultModel::parse("crash:workers=3,round=4,at=after-signal").value();
  EXPECT_EQ(run_bounds(spec).value()[0].placed, 1);
  spec.faults = FaultModel::parse("crash:workers=3,round=3,at=after-signal").value();
  EXPECT_TRUE(std::isinf(run_bounds(spec).value()[0].placed));
  spec.faults =
      FaultModel::parse("crash:workers=3,round=3+cut:workers=1,back=1", FaultScope::simulation).value();
  EXPECT_TRUE(std::isinf(run_bounds(spec).value()[0].placed)) << "also beside losses of the simulation";
  spec.faults = FaultModel::parse("cut:workers=1,round=2,back=1", FaultScope::simulation).value();
  EXPECT_EQ(run_bounds(spec).value()[0].placed, 1);
}

TEST(Bounds, DifferentTimesWithinAWorkerAreRefused) {
  const TrialsSpec spec = small(Method::partial, "exponential:mean=1,per=chunk");
  EXPECT_THAT(run_bounds(spec).error().what, testing::HasSubstr("per=chunk"));
}

}  // namespace
}  // namespace gleaner
