// Rounds of whole clusters against a slow, obvious twin: sort all completions, walk until the rule is met.
#include "sim/cluster.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>
#include <span>
#include <sstream>

#include "coding/coverage.h"
#include "support/shared_data.h"

namespace gleaner {
namespace {

struct Case {
  Method method = Method::partial;
  std::size_t workers = 6;
  std::size_t replication = 3;
  std::size_t blocks = 1;
  bool random_order = false;
  bool per_chunk = false;
  Grid grid = Grid::none;
  std::uint64_t seed = 1;
  std::optional<Duration> deadline = {};

  [[nodiscard]] ClusterSpec spec() const {
    const Assignment a = Assignment::regular_graph(workers, workers, replication, seed).value();
    Ordering order = random_order ? Ordering::random(a, seed) : Ordering::optimal(a);
    Frame frame = blocks == 1 ? Frame::ones(workers) : Frame::gaussian(workers, blocks, seed);
    ClusterSpec s;
    s.plan = std::make_shared<const Plan>(Plan::make(method, a, std::move(order), std::move(frame)).value());
    s.code = code_for(method);
    s.speeds = SpeedModel::parse(per_chunk ? "exponential:mean=1,per=chunk" : "exponential:mean=1",
                                 TimeUnits::optional)
                   .value();
    s.grid = grid;
    if (deadline) {
      s.server.recovery.kind = Recovery::Kind::deadline;
      s.server.recovery.deadline = *deadline;
    }
    return s;
  }
};

void showValue(const Case& c, std::ostream& out) {
  out << name_of(c.method) << " m=" << c.workers << " gamma=" << c.replication << " l=" << c.blocks
      << " random=" << c.random_order << " per_chunk=" << c.per_chunk << " grid=" << static_cast<int>(c.grid)
      << " seed=" << c.seed << " deadline=" << (c.deadline ? seconds(*c.deadline) : 0.0);
}

struct Expected {
  Duration took{};
  double residual_squared = 0;
  std::size_t completed = 0;
  std::size_t used = 0;
};

struct Done {
  Duration at{};
  WorkerId worker;
  Slot slot;
};

// All chunks of round 1, in the order in which they are finished.
std::vector<Done> all_chunks(const ClusterSpec& spec, std::uint64_t seed) {
  const Plan& plan = *spec.plan;
  std::vector<Done> all;
  for (std::uint32_t w = 0; w < plan.workers(); ++w) {
    Duration at{};
    for (const Slot slot : plan.ordering().of(WorkerId(w))) {
      const ChunkId chunk = plan.assignment().chunk_at(WorkerId(w), slot);
      at += spec.speeds.chunk_time(seed, RoundId(1), WorkerId(w), chunk.value);
      all.push_back({at, WorkerId(w), slot});
    }
  }
  std::ranges::stable_sort(all, {}, &Done::at);
  return all;
}

// What is there when these are finished.
Expected at_once(const ClusterSpec& spec, Duration now, std::span<const Done> finished) {
  const Plan& plan = *spec.plan;
  UsedSlots done(plan.workers());
  for (const Done& d : finished) done[d.worker.index()].insert(d.slot);
  Coverage coverage(plan.chunks(), plan.blocks());
  Expected e{now, 0, finished.size(), 0};
  for (std::uint32_t w = 0; w < plan.workers(); ++w) {
    done[w] = spec.code->counted(plan, WorkerId(w), done[w]);
    coverage.add(plan.assignment(), WorkerId(w), done[w]);
    e.used += done[w].count();
  }
  e.residual_squared = coverage.complete() ? 0 : spec.code->residual_squared(plan, done);
  return e;
}

bool is_met(const ClusterSpec& spec, const Expected& e) {
  const Recovery& rule = spec.server.recovery;
  const auto all = static_cast<double>(spec.plan->chunks() * spec.plan->blocks());
  if (e.used == 0) return false;
  if (e.residual_squared == 0) return true;
  switch (rule.kind) {
    case Recovery::Kind::exact: return false;
    case Recovery::Kind::deadline: return e.took >= rule.deadline;
    case Recovery::Kind::residual: return std::sqrt(e.residual_squared / all) <= rule.residual;
  }
  return false;
}

// The obvious twins. Without a grid the server decides at every report, and at the deadline on all that is
// finished by then; on the grid it looks at 1 s, 2 s, .. and decides on all that is finished by then: a
// deadline means the first look from it on.
Expected by_sorting(const ClusterSpec& spec, std::uint64_t seed) {
  const std::vector<Done> all = all_chunks(spec, seed);
  const std::span<const Done> chunks(all);
  const auto by = [&](Duration t) {
    return chunks.first(
        static_cast<std::size_t>(std::ranges::upper_bound(all, t, {}, &Done::at) - all.begin()));
  };
  if (spec.grid == Grid::integer) {
    for (Duration look = std::chrono::seconds(1);; look += std::chrono::seconds(1)) {
      if (const Expected e = at_once(spec, look, by(look)); is_met(spec, e)) return e;
    }
  }
  const bool limited = spec.server.recovery.kind == Recovery::Kind::deadline;
  const Duration deadline = spec.server.recovery.deadline;
  for (std::size_t k = 1; k <= all.size(); ++k) {
    if (const Expected e = at_once(spec, all[k - 1].at, chunks.first(k)); is_met(spec, e)) return e;
    if (!limited || all[k - 1].at > deadline || (k < all.size() && all[k].at <= deadline)) continue;
    if (const Expected e = at_once(spec, deadline, by(deadline)); is_met(spec, e)) return e;
  }
  return {};
}

rc::Gen<Case> any_case() {
  return rc::gen::exec([] {
    Case c;
    c.blocks = *rc::gen::inRange<std::size_t>(1, 4);
    c.workers = *rc::gen::inRange<std::size_t>(4, 13);
    c.replication = *rc::gen::inRange<std::size_t>(c.blocks, std::min<std::size_t>(c.workers, 5) + 1);
    c.method = *rc::gen::element(Method::partial, Method::original);
    c.random_order = *rc::gen::arbitrary<bool>();
    c.per_chunk = *rc::gen::arbitrary<bool>();
    c.grid = *rc::gen::element(Grid::none, Grid::integer);
    c.seed = *rc::gen::inRange<std::uint64_t>(1, 1000000);
    return c;
  });
}

void expect_same(const RoundOutcome& got, const Expected& want) {
  RC_ASSERT(got.took == want.took);
  RC_ASSERT(got.signalled == want.took);
  RC_ASSERT(std::abs(got.residual_norm - std::sqrt(want.residual_squared)) < 1e-9);
  RC_ASSERT(got.chunks_completed == want.completed);
  RC_ASSERT(got.chunks_used == want.used);
}

RC_GTEST_PROP(Cluster, RoundsTakeWhatSortingAllCompletionsSays, ()) {
  const Case c = *any_case();
  const ClusterSpec spec = c.spec();
  const TrialOutcome got = Cluster(spec).run({.seed = c.seed});
  RC_ASSERT(got.completed);
  RC_ASSERT(got.rounds.size() == 1U);
  RC_ASSERT(got.rounds[0].residual_norm == 0.0);
  expect_same(got.rounds[0], by_sorting(spec, c.seed));
}

RC_GTEST_PROP(Cluster, DeadlinesLeaveTheResidualOfWhatIsDoneByThen, ()) {
  Case c = *any_case();
  if (c.method == Method::original) c.blocks = 1;
  c.deadline = std::chrono::milliseconds(*rc::gen::inRange(1, 60) * 100);
  const ClusterSpec spec = c.spec();
  const TrialOutcome got = Cluster(spec).run({.seed = c.seed});
  RC_ASSERT(got.completed);
  expect_same(got.rounds[0], by_sorting(spec, c.seed));
}

RC_GTEST_PROP(Cluster, AResidualEndsTheRoundWithAllThatIsThere, ()) {
  Case c = *any_case();
  if (c.method == Method::original) c.blocks = 1;
  ClusterSpec spec = c.spec();
  spec.server.recovery = {Recovery::Kind::residual, {}, *rc::gen::inRange(1, 80) * .01};
  const TrialOutcome got = Cluster(spec).run({.seed = c.seed});
  RC_ASSERT(got.completed);
  expect_same(got.rounds[0], by_sorting(spec, c.seed));
}

// Both chunks of every worker are finished at 1.4 s: at the look at 2 s, the first one from 1.5 s on, all are
// there.
TEST(Cluster, OnAGridADeadlineIsTheFirstLookFromItOn) {
  ClusterSpec spec = Case{.grid = Grid::integer, .deadline = std::chrono::milliseconds(1500)}.spec();
  const Assignment a = Assignment::regular_graph(8, 4, 1, 1).value();
  spec.plan = std::make_shared<const Plan>(
      Plan::make(Method::partial, a, Ordering::optimal(a), Frame::ones(4)).value());
  spec.speeds = SpeedModel::parse("constant:mean=.7", TimeUnits::optional).value();
  const TrialOutcome got = Cluster(spec).run({});
  ASSERT_TRUE(got.completed) << got.reason;
  EXPECT_EQ(got.rounds[0].residual_norm, 0.0);
  EXPECT_EQ(got.rounds[0].chunks_used, 8U);
  EXPECT_EQ(got.rounds[0].took, std::chrono::seconds(2));
}

RC_GTEST_PROP(Cluster, OneClusterGivesTheSameForEveryTrialAsAFreshOne, ()) {
  const Case c = *any_case();
  ClusterSpec spec = c.spec();
  spec.rounds = 3;
  Cluster reused(spec);
  for (std::uint64_t seed = 1; seed < 4; ++seed) {
    Trial trial{.seed = seed, .first_round = RoundId(seed)};
    trial.faults = {{FaultKind::crash, WorkerId(1), RoundId(2), FaultMoment::mid, 1}};
    const TrialOutcome a = reused.run(trial);
    const TrialOutcome b = Cluster(spec).run(trial);
    RC_ASSERT(a.completed == b.completed);
    RC_ASSERT(a.reason == b.reason);
    RC_ASSERT(a.events == b.events);
    RC_ASSERT(a.rounds.size() == b.rounds.size());
    for (std::size_t r = 0; r < a.rounds.size(); ++r) {
      RC_ASSERT(a.rounds[r].took == b.rounds[r].took);
      RC_ASSERT(a.rounds[r].messages == b.rounds[r].messages);
    }
  }
}

TEST(Cluster, TrialsGoThroughTheRowsOfTheirSpeeds) {
  ClusterSpec spec = Case{}.spec();
  spec.rounds = 4;
  const TrialOutcome whole = Cluster(spec).run({.seed = 5});
  spec.rounds = 1;
  Cluster one(spec);
  for (std::uint64_t r = 0; r < 4; ++r) {
    EXPECT_EQ(one.run({.seed = 5, .first_round = RoundId(r + 1)}).rounds[0].took, whole.rounds[r].took);
  }
}

TEST(Cluster, EveryLossAtEveryMomentEndsExactly) {
  for (const FaultMoment at :
       {FaultMoment::start, FaultMoment::mid, FaultMoment::after_signal, FaultMoment::sending}) {
    for (const FaultKind kind : {FaultKind::crash, FaultKind::hang}) {
      for (std::uint32_t w = 0; w < 8; ++w) {
        ClusterSpec spec = Case{.workers = 8, .replication = 4, .blocks = 2}.spec();
        spec.rounds = 5;
        spec.segments = 3;
        Trial trial;
        trial.faults = {{kind, WorkerId(w), RoundId(2), at, 2}};
        const TrialOutcome got = Cluster(spec).run(trial);
        ASSERT_TRUE(got.completed) << got.reason;
        ASSERT_EQ(got.rounds.size(), 5U);
        std::uint32_t lost = 0;
        for (const RoundOutcome& r : got.rounds) {
          EXPECT_EQ(r.residual_norm, 0.0);
          lost += r.lost_before_signal + r.lost_after_signal;
        }
        EXPECT_LE(lost, 1U);
      }
    }
  }
}

TEST(Cluster, WhatCannotBeRecoveredEndsWithAReason) {
  ClusterSpec spec = Case{.replication = 1}.spec();
  Trial trial;
  trial.faults = {{FaultKind::crash, WorkerId(2), RoundId(1), FaultMoment::start, {}}};
  const TrialOutcome got = Cluster(spec).run(trial);
  EXPECT_FALSE(got.completed);
  EXPECT_THAT(got.reason, testing::HasSubstr("cannot be recovered"));
  EXPECT_TRUE(got.rounds.empty());
}

TEST(Cluster, TheMeanOnG1IsThePublishedOne) {
  GLEANER_SHARED_FILE(csv, "reference/assignment-g1.csv");
  const Assignment a = Assignment::from_csv(read_file(csv), "assignment-g1.csv").value();
  ClusterSpec spec = Case{}.spec();
  spec.plan = std::make_shared<const Plan>(
      Plan::make(Method::partial, a, Ordering::optimal(a), Frame::ones(a.workers())).value());
  const FaultModel faults = FaultModel::parse("crash:count=7,at=start").value();
  Cluster cluster(spec);
  double sum = 0;
  constexpr std::uint64_t kTrials = 400;
  for (std::uint64_t seed = 1; seed <= kTrials; ++seed) {
    Trial trial{.seed = seed};
    trial.faults = faults.schedule(seed, a.workers(), 1).value();
    const TrialOutcome got = cluster.run(trial);
    ASSERT_TRUE(got.completed) << got.reason;
    EXPECT_EQ(got.rounds[0].lost_before_signal, 7U);
    sum += seconds(got.rounds[0].took);
  }
  EXPECT_NEAR(sum / kTrials, 2.33, 0.05);
}

TEST(Cluster, BadFieldsAreNamed) {
  const ClusterSpec good = Case{}.spec();
  EXPECT_TRUE(check(good).ok());
  ClusterSpec bad = good;
  bad.rounds = 0;
  EXPECT_THAT(check(bad).error().what, testing::HasSubstr("--rounds"));
  bad = good;
  bad.checkpoint_every = 0;
  EXPECT_THAT(check(bad).error().what, testing::HasSubstr("--checkpoint-every"));
  bad = good;
  bad.plan = nullptr;
  EXPECT_FALSE(check(bad).ok());
}

}  // namespace
}  // namespace gleaner
