// Losses of workers and of the server at every step: every run goes on to its end, and replays.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>

#include "base/random.h"
#include "sim/cluster.h"
#include "sim/counting_work.h"

namespace gleaner {
namespace {

using std::chrono::milliseconds;

ClusterSpec cluster(std::size_t workers, std::size_t replication, std::size_t blocks = 1) {
  const Assignment a = Assignment::cyclic(workers, workers, replication).value();
  const Frame frame = blocks == 1 ? Frame::ones(workers) : Frame::gaussian(workers, blocks, 1);
  ClusterSpec s;
  s.plan = std::make_shared<const Plan>(Plan::make(Method::partial, a, Ordering::optimal(a), frame).value());
  s.code = code_for(Method::partial);
  s.speeds = SpeedModel::parse("exponential:mean=1,per=chunk", TimeUnits::optional).value();
  s.silence = milliseconds(1500);
  return s;
}

/// Strikes at random, as often as it may.
class RandomFaults final : public FaultSource {
 public:
  RandomFaults(std::uint64_t seed, double worker_rate, double server_rate, int blows)
      : random_({seed, Purpose::test}), worker_rate_(worker_rate), server_rate_(server_rate), left_(blows) {}

  std::optional<Blow> strike(WorkerId, RoundId round, WorkerStep step, Server::Phase) override {
    ++asked[step];
    if (left_ == 0 || random_.uniform() >= worker_rate_) return std::nullopt;
    --left_;
    Blow blow;
    blow.kind = static_cast<BlowKind>(random_.below(3));
    if (random_.below(4) == 0) {
      blow.back_in_round = RoundId(round.value + 1);
      blow.back_after = milliseconds(6000);
    } else {
      blow.back_after = milliseconds(random_.below(4000));
    }
    return blow;
  }
  std::optional<Duration> strike_server(RoundId, ServerStep step) override {
    ++asked_server[step];
    if (left_ == 0 || random_.uniform() >= server_rate_) return std::nullopt;
    --left_;
    return milliseconds(random_.below(3000));
  }

  std::map<WorkerStep, int> asked;
  std::map<ServerStep, int> asked_server;

 private:
  Random random_;
  double worker_rate_;
  double server_rate_;
  int left_;
};

NetworkModel any_network() {
  NetworkModel n;
  if (*rc::gen::inRange(0, 3) == 0) return n;
  n.latency = milliseconds(*rc::gen::inRange(0, 300));
  if (*rc::gen::arbitrary<bool>()) n.bandwidth = *rc::gen::inRange(100, 10000);
  if (*rc::gen::arbitrary<bool>()) n.server_bandwidth = *rc::gen::inRange(200, 20000);
  if (*rc::gen::arbitrary<bool>()) n.loss = 0.2;
  if (*rc::gen::arbitrary<bool>()) n.duplicate = 0.2;
  if (*rc::gen::arbitrary<bool>()) n.reorder = 0.3;
  for (int k = *rc::gen::inRange(0, 3); k > 0; --k) {
    Partition p;
    p.count = *rc::gen::inRange<std::size_t>(1, 4);
    p.round = RoundId(*rc::gen::inRange<std::uint64_t>(1, 4));
    p.from = milliseconds(*rc::gen::inRange(0, 2000));
    p.lasts = milliseconds(*rc::gen::inRange(1, 4000));
    n.partitions.push_back(p);
  }
  return n;
}

RC_GTEST_PROP(ClusterFaults, EverybodyReturnsSoEveryRunEndsAndReplays, ()) {
  const std::size_t m = *rc::gen::inRange<std::size_t>(4, 12);
  const std::size_t l = *rc::gen::inRange<std::size_t>(1, 4);
  ClusterSpec spec = cluster(m, *rc::gen::inRange<std::size_t>(l, 5), l);
  spec.network = any_network();
  spec.rounds = 5;
  spec.segments = *rc::gen::inRange<std::uint32_t>(1, 5);
  spec.dimension = 100;
  spec.parameter_bytes = 400;
  spec.checkpoint_every = *rc::gen::inRange<std::uint64_t>(1, 4);
  spec.server.when_unrecoverable = WhenUnrecoverable::wait;
  spec.server.wait = std::chrono::hours(1);
  if (*rc::gen::inRange(0, 4) == 0) spec.grid = Grid::integer;
  const auto seed = *rc::gen::inRange<std::uint64_t>(1, 1000000000);
  const double rate = *rc::gen::element(0.002, 0.01, 0.05);
  const auto run = [&] {
    RandomFaults faults(seed, rate, rate / 4, 30);
    return Cluster(spec).run({.seed = seed}, {.faults = &faults, .events_max = 1000000});
  };
  const TrialOutcome got = run();
  RC_TAG(got.rounds.empty() ? "none" : got.rounds.back().stamp.term.value > 1 ? "restarted" : "one life");
  if (!got.completed) RC_FAIL(got.reason);
  RC_ASSERT(got.rounds.size() == 5U);
  for (std::size_t r = 0; r < 5; ++r) {
    RC_ASSERT(got.rounds[r].stamp.round.value == r + 1);
    RC_ASSERT(got.rounds[r].residual_norm == 0.0);
  }
  const TrialOutcome again = run();
  RC_ASSERT(again.events == got.events);
  RC_ASSERT(again.rounds.back().took == got.rounds.back().took);
}

TEST(ClusterFaults, AllStepsAreAskedFor) {
  RandomFaults faults(1, 0, 0, 0);
  ClusterSpec spec = cluster(4, 2);
  spec.rounds = 2;
  spec.segments = 2;
  ASSERT_TRUE(Cluster(spec).run({}, {.faults = &faults}).completed);
  EXPECT_EQ(faults.asked.size(), kWorkerSteps);
  EXPECT_EQ(faults.asked_server.size(), kServerSteps);
  EXPECT_EQ(faults.asked[WorkerStep::joining], 4);
  EXPECT_EQ(faults.asked[WorkerStep::starting], 8);
  EXPECT_EQ(faults.asked[WorkerStep::sending], faults.asked[WorkerStep::sent]);
  EXPECT_EQ(faults.asked_server[ServerStep::committed], 2);
  EXPECT_EQ(faults.asked_server[ServerStep::durable], 2);
}

/// The server falls once, at a step of a round.
class ServerFalls final : public FaultSource {
 public:
  ServerFalls(RoundId round, ServerStep step, Duration down) : round_(round), step_(step), down_(down) {}
  std::optional<Blow> strike(WorkerId, RoundId, WorkerStep, Server::Phase) override { return {}; }
  std::optional<Duration> strike_server(RoundId round, ServerStep step) override {
    if (done_ || round != round_ || step != step_) return std::nullopt;
    done_ = true;
    return down_;
  }

 private:
  RoundId round_;
  ServerStep step_;
  Duration down_;
  bool done_ = false;
};

struct Rounds final : Watcher {
  void record(const TraceRecord&) override {}
  void on_server_action(Time, const ServerAction& action) override {
    if (const auto* commit = std::get_if<Commit>(&action)) stamps.push_back(commit->stamp);
  }
  void on_server_start(Time at, Term term, RoundId durable) override {
    starts.emplace_back(seconds(at), term.value, durable.value);
  }
  std::vector<Stamp> stamps;
  std::vector<std::tuple<double, std::uint64_t, std::uint64_t>> starts;
};

TEST(ClusterFaults, ARestartedServerComputesAgainWhatWasNotDurable) {
  ClusterSpec spec = cluster(6, 3);
  spec.speeds = {};  // a chunk takes 1 s, a round too
  spec.rounds = 5;
  spec.checkpoint_every = 2;
  Rounds seen;
  ServerFalls faults(RoundId(4), ServerStep::committed, milliseconds(500));
  const TrialOutcome got = Cluster(spec).run({}, {.faults = &faults, .watcher = &seen});
  ASSERT_TRUE(got.completed) << got.reason;
  const auto stamp = [](std::uint64_t term, std::uint64_t round) {
    return Stamp{Term(term), RoundId(round)};
  };
  EXPECT_THAT(seen.stamps, testing::ElementsAre(stamp(1, 1), stamp(1, 2), stamp(1, 3), stamp(1, 4),
                                                stamp(2, 3), stamp(2, 4), stamp(2, 5)));
  EXPECT_THAT(seen.starts, testing::ElementsAre(std::make_tuple(0.0, 1U, 0U), std::make_tuple(4.5, 2U, 2U)));
  std::vector<Stamp> counted;
  std::vector<double> took;
  for (const RoundOutcome& r : got.rounds) {
    counted.push_back(r.stamp);
    took.push_back(seconds(r.took));
  }
  EXPECT_THAT(counted, testing::ElementsAre(stamp(1, 1), stamp(1, 2), stamp(2, 3), stamp(2, 4), stamp(2, 5)));
  EXPECT_THAT(took, testing::ElementsAre(1, 1, 3.5, 1, 1)) << "round 3 began at 2 s and lasts since 5.5 s";
  EXPECT_EQ(got.server_restarts, 1U);
  EXPECT_EQ(got.rounds_repeated, 2U);
  // Rounds 3 and 4 are paid twice; the workers' way back, a Hello and a Welcome each, belongs to round 3.
  const RoundOutcome& once = got.rounds[1];
  EXPECT_EQ(got.rounds[2].messages, 2 * once.messages + 12);
  EXPECT_EQ(got.rounds[3].messages, 2 * once.messages);
  EXPECT_EQ(got.rounds[4].messages, once.messages);
  EXPECT_EQ(got.rounds[3].bytes_to_server, 2 * once.bytes_to_server);
  EXPECT_EQ(got.rounds[3].bytes_to_workers, 2 * once.bytes_to_workers);
  for (const std::size_t r : {2U, 3U}) EXPECT_EQ(got.rounds[r].chunks_completed, 2 * once.chunks_completed);
  EXPECT_EQ(got.rounds[4].chunks_completed, once.chunks_completed);
}

TEST(ClusterFaults, ChunksOfAnAttemptThatWasNotCommittedAreCounted) {
  ClusterSpec spec = cluster(6, 3);
  spec.speeds = {};
  spec.rounds = 3;
  for (const ServerStep step : {ServerStep::began, ServerStep::signalled, ServerStep::collected}) {
    ServerFalls faults(RoundId(2), step, milliseconds(500));
    const TrialOutcome got = Cluster(spec).run({}, {.faults = &faults});
    ASSERT_TRUE(got.completed) << got.reason;
    const std::uint64_t once = got.rounds[0].chunks_completed;
    EXPECT_EQ(got.rounds[1].chunks_completed, step == ServerStep::began ? once : 2 * once);
    EXPECT_GT(got.rounds[1].messages, got.rounds[0].messages);
    EXPECT_EQ(got.rounds[2].messages, got.rounds[0].messages);
    EXPECT_EQ(got.server_restarts, 1U);
    EXPECT_EQ(got.rounds_repeated, 1U);
  }
}

TEST(ClusterFaults, TheAbsenceOfTheServerCountsWhereverItBegins) {
  ClusterSpec spec = cluster(6, 3);
  spec.speeds = {};
  spec.rounds = 3;
  for (const ServerStep step : {ServerStep::began, ServerStep::heard, ServerStep::signalled,
                                ServerStep::collected, ServerStep::committed, ServerStep::durable}) {
    ServerFalls faults(RoundId(2), step, milliseconds(500));
    const TrialOutcome got = Cluster(spec).run({}, {.faults = &faults});
    ASSERT_TRUE(got.completed) << got.reason;
    Duration all{};
    for (const RoundOutcome& r : got.rounds) all += r.took;
    const bool begun_in_vain = step == ServerStep::began;
    const bool nothing_lost = step == ServerStep::durable;
    EXPECT_EQ(seconds(all), begun_in_vain || nothing_lost ? 3.5 : 4.5) << static_cast<int>(step);
  }
}

TEST(ClusterFaults, ARestartedServerWaitsForWorkersButNotForever) {
  ClusterSpec spec = cluster(6, 3);
  spec.speeds = {};
  spec.rounds = 2;
  spec.patience = std::chrono::seconds(3);
  spec.silence = std::chrono::seconds(60);
  spec.network.partitions = {{{WorkerId(2)}, 1, RoundId(1), milliseconds(200), std::chrono::seconds(20)}};
  Rounds seen;
  ServerFalls faults(RoundId(1), ServerStep::heard, milliseconds(500));  // at 1 s
  const TrialOutcome got = Cluster(spec).run({}, {.faults = &faults, .watcher = &seen});
  ASSERT_TRUE(got.completed) << got.reason;
  ASSERT_EQ(seen.starts.size(), 2U);
  EXPECT_EQ(std::get<0>(seen.starts[1]), 1.5);
  EXPECT_EQ(seen.stamps.front().term, Term(2));
  EXPECT_EQ(seen.stamps.size(), 2U);
}

}  // namespace
}  // namespace gleaner
