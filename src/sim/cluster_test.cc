// Rounds of whole clusters against a slow, obvious twin: sort all completions, walk until the rule is met.
#include "sim/cluster.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>
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

Duration up_to_second(Duration d) {
  const Duration past = d % std::chrono::seconds(1);
  return past == Duration::zero() ? d : d - past + std::chrono::seconds(1);
}

struct Expected {
  Duration took{};
  double residual_squared = 0;
};

// The obvious twin.
Expected by_sorting(const ClusterSpec& spec, std::uint64_t seed) {
  struct Done {
    Duration at{};
    WorkerId worker;
    Slot slot;
  };
  const Plan& plan = *spec.plan;
  const Assignment& a = plan.assignment();
  std::vector<Done> all;
  for (std::uint32_t w = 0; w < plan.workers(); ++w) {
    Duration at{};
    for (const Slot slot : plan.ordering().of(WorkerId(w))) {
      at += spec.speeds.chunk_time(seed, RoundId(1), WorkerId(w), a.chunk_at(WorkerId(w), slot).value);
      all.push_back({spec.grid == Grid::integer ? up_to_second(at) : at, WorkerId(w), slot});
    }
  }
  std::stable_sort(all.begin(), all.end(), [](const Done& x, const Done& y) { return x.at < y.at; });
  UsedSlots done(plan.workers());
  Coverage coverage(plan.chunks(), plan.blocks());
  const bool limited = spec.server.recovery.kind == Recovery::Kind::deadline;
  const Duration deadline = spec.server.recovery.deadline;
  Duration last{};
  for (const Done& d : all) {
    const bool nothing_yet = coverage.residual_squared() == plan.chunks() * plan.blocks();
    if (limited && d.at > deadline && !nothing_yet) break;
    const SlotSet before = spec.code->counted(plan, d.worker, done[d.worker.index()]);
    done[d.worker.index()].insert(d.slot);
    coverage.add(a, d.worker, spec.code->counted(plan, d.worker, done[d.worker.index()]) - before);
    last = d.at;
    if (coverage.complete()) return {d.at, 0};
    const bool something = coverage.residual_squared() < plan.chunks() * plan.blocks();
    if (limited && d.at > deadline && something) break;
  }
  for (std::uint32_t w = 0; w < plan.workers(); ++w) done[w] = spec.code->counted(plan, WorkerId(w), done[w]);
  return {std::max(deadline, last), spec.code->residual_squared(plan, done)};
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

RC_GTEST_PROP(Cluster, RoundsTakeWhatSortingAllCompletionsSays, ()) {
  const Case c = *any_case();
  const ClusterSpec spec = c.spec();
  const TrialOutcome got = Cluster(spec).run({.seed = c.seed});
  RC_ASSERT(got.completed);
  RC_ASSERT(got.rounds.size() == 1U);
  RC_ASSERT(got.rounds[0].took == by_sorting(spec, c.seed).took);
  RC_ASSERT(got.rounds[0].signalled == got.rounds[0].took);
  RC_ASSERT(got.rounds[0].residual_norm == 0.0);
}

RC_GTEST_PROP(Cluster, DeadlinesLeaveTheResidualOfWhatIsDoneByThen, ()) {
  Case c = *any_case();
  if (c.method == Method::original) c.blocks = 1;
  c.deadline = std::chrono::milliseconds(*rc::gen::inRange(1, 60) * 100);
  if (c.grid == Grid::integer) c.deadline = up_to_second(*c.deadline);
  const ClusterSpec spec = c.spec();
  const TrialOutcome got = Cluster(spec).run({.seed = c.seed});
  const Expected want = by_sorting(spec, c.seed);
  RC_ASSERT(got.completed);
  RC_ASSERT(got.rounds[0].took == want.took);
  RC_ASSERT(std::abs(got.rounds[0].residual_norm - std::sqrt(want.residual_squared)) < 1e-9);
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
