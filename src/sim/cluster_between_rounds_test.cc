// Trials that stop between two rounds and go on from there, and senders that wait for credits.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "sim/cluster.h"

namespace gleaner {
namespace {

using std::chrono::milliseconds;

ClusterSpec cluster(std::size_t workers, std::size_t replication) {
  const Assignment a = Assignment::cyclic(workers, workers, replication).value();
  ClusterSpec s;
  s.plan = std::make_shared<const Plan>(
      Plan::make(Method::partial, a, Ordering::optimal(a), Frame::ones(workers)).value());
  s.code = code_for(Method::partial);
  s.speeds = SpeedModel::parse("exponential:mean=1,redraw=.3", TimeUnits::optional).value();
  s.silence = milliseconds(1500);
  s.rounds = 8;
  return s;
}

// The picture after `rounds` rounds, and the rounds until then.
struct Stop {
  std::uint64_t rounds = 0;
  std::uint64_t asked = 0;
  StartingPoint point = {};

  Cluster::Hooks hooks() {
    Cluster::Hooks h;
    h.go_on = [this](Time now, const Cluster::Picture& picture) {
      if (asked++ < rounds) return true;
      point.after = RoundId(point.after.value + rounds);
      point.elapsed = now.time_since_epoch();
      point.cluster = picture();
      return false;
    };
    return h;
  }
};

std::vector<Fault> any_faults(std::size_t workers) {
  std::vector<Fault> faults;
  for (std::uint32_t w = 0; w < workers / 2; ++w) {
    if (*rc::gen::arbitrary<bool>()) continue;
    Fault f;
    f.kind = *rc::gen::element(FaultKind::crash, FaultKind::hang);
    f.worker = WorkerId(w);
    f.round = RoundId(*rc::gen::inRange<std::uint64_t>(1, 8));
    f.at = *rc::gen::element(FaultMoment::start, FaultMoment::mid, FaultMoment::after_signal,
                             FaultMoment::sending);
    if (*rc::gen::arbitrary<bool>()) f.back = *rc::gen::inRange<std::uint64_t>(1, 4);
    faults.push_back(f);
  }
  return faults;
}

RC_GTEST_PROP(ClusterBetweenRounds, WhatGoesOnFromAPictureIsTheRunThatNeverStopped, ()) {
  ClusterSpec spec = cluster(*rc::gen::inRange<std::size_t>(4, 9), 4);
  spec.segments = *rc::gen::inRange<std::uint32_t>(1, 4);
  spec.credits = *rc::gen::inRange<std::uint32_t>(1, 4);
  spec.server.when_unrecoverable = WhenUnrecoverable::approximate;
  spec.silence = milliseconds(*rc::gen::element(1500, 6000));
  Trial trial{.seed = *rc::gen::inRange<std::uint64_t>(1, 1000000)};
  trial.faults = any_faults(spec.plan->workers());
  const TrialOutcome whole = Cluster(spec).run(trial);
  if (!whole.completed) RC_DISCARD("everybody was lost");

  Stop stop{*rc::gen::inRange<std::uint64_t>(0, 9)};
  TrialOutcome first = Cluster(spec).run(trial, stop.hooks());
  RC_ASSERT(first.completed);
  RC_ASSERT(first.rounds.size() == std::min<std::size_t>(stop.rounds, 8));
  spec.server.term = Term(2);
  const bool waiting = !stop.point.cluster.pending.empty();
  RC_CLASSIFY(waiting, "an alarm was set");
  trial.from = stop.point;
  const TrialOutcome rest = Cluster(spec).run(trial);
  RC_ASSERT(rest.completed);
  RC_ASSERT(rest.rounds.size() + first.rounds.size() == whole.rounds.size());
  for (std::size_t r = 0; r < rest.rounds.size(); ++r) {
    const RoundOutcome& a = whole.rounds[first.rounds.size() + r];
    const RoundOutcome& b = rest.rounds[r];
    RC_ASSERT(a.stamp.round == b.stamp.round);
    RC_ASSERT(a.took == b.took);
    RC_ASSERT(a.chunks_completed == b.chunks_completed);
    RC_ASSERT(a.chunks_used == b.chunks_used);
    RC_ASSERT(a.residual_norm == b.residual_norm);
    RC_ASSERT(a.lost_before_signal == b.lost_before_signal);
    RC_ASSERT(a.lost_after_signal == b.lost_after_signal);
  }
}

TEST(ClusterBetweenRounds, TheClockGoesOn) {
  const ClusterSpec spec = cluster(6, 3);
  Stop stop{3};
  const TrialOutcome first = Cluster(spec).run({.seed = 4}, stop.hooks());
  Duration sum{};
  for (const RoundOutcome& r : first.rounds) sum += r.took;
  EXPECT_EQ(stop.point.elapsed, sum);
  Stop again{2, 0, stop.point};
  Trial trial{.seed = 4, .from = stop.point};
  for (const RoundOutcome& r : Cluster(spec).run(trial, again.hooks()).rounds) sum += r.took;
  EXPECT_EQ(again.point.after, RoundId(5));
  EXPECT_EQ(again.point.elapsed, sum);
}

// Bandwidth without end: all segments arrive after one latency. A sender with one credit sends each of them
// when the one before it is combined, and so do two of them with every second one.
TEST(ClusterBetweenRounds, ASenderWaitsForItsCredits) {
  ClusterSpec spec = cluster(4, 2);
  spec.speeds = SpeedModel::parse("constant:mean=1", TimeUnits::optional).value();
  spec.network.latency = milliseconds(100);
  spec.rounds = 1;
  spec.segments = 6;
  spec.dimension = 60;
  const auto took = [&](std::uint32_t credits) {
    spec.credits = credits;
    return Cluster(spec).run({}).rounds.at(0).took;
  };
  const Duration free = took(kUnlimitedCredits);
  EXPECT_EQ(took(6), free);
  EXPECT_EQ(took(5), free + milliseconds(100));
  EXPECT_EQ(took(2), free + milliseconds(200));
  EXPECT_EQ(took(1), free + milliseconds(500));
}

}  // namespace
}  // namespace gleaner
