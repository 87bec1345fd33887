#include "study/behind.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gleaner {
namespace {

struct Conditions {
  std::string faults = "none";
  std::string network = "ideal";
  Recovery recovery = {};
  std::size_t blocks = 1;
  Grid grid = Grid::none;
  Policy policy = Policy::fixed;  // of partial
  std::uint32_t margin = 0;
  std::string speeds = "exponential:mean=1";
  bool learns = false;
  std::uint64_t rounds = 2;
  std::uint64_t trials = 300;
  std::uint64_t seed = 1;
};

// Speeds that a worker has had before: there is something to learn.
constexpr const char* kLasting = "exponential:mean=1,redraw=.1,noise=.3";

TrialsSpec spec_of(Method method, const Conditions& c) {
  const Assignment a = Assignment::cyclic(12, 12, 4).value();
  const Frame frame = c.blocks == 1 ? Frame::ones(12) : Frame::gaussian(12, c.blocks, 1);
  TrialsSpec spec;
  spec.cluster.plan =
      std::make_shared<const Plan>(Plan::make(method, a, Ordering::optimal(a), frame).value());
  spec.cluster.code = code_for(method);
  spec.cluster.speeds = SpeedModel::parse(c.speeds, TimeUnits::optional).value();
  spec.cluster.network = NetworkModel::parse(c.network, TimeUnits::optional).value();
  spec.cluster.server.recovery = c.recovery;
  spec.cluster.server.policy = c.policy;
  spec.cluster.server.margin = c.margin;
  spec.cluster.server.learn_orders = c.learns && method == Method::partial;
  spec.cluster.rounds = c.rounds;
  spec.cluster.grid = c.grid;
  spec.faults = FaultModel::parse(c.faults, FaultScope::simulation).value();
  spec.trials = c.trials;
  spec.seed = c.seed;
  return spec;
}

std::optional<std::uint64_t> violations(const Conditions& c) {
  const TrialsSpec partial = spec_of(Method::partial, c);
  const TrialsSpec original = spec_of(Method::original, c);
  return behind_original(partial, rounds_of(run_trials(partial).value()), original,
                         rounds_of(run_trials(original).value()));
}

std::optional<std::uint64_t> behind_static(Conditions c) {
  const TrialsSpec skip = spec_of(Method::partial, c);
  c.policy = Policy::fixed;
  c.margin = 0;
  const TrialsSpec fixed = spec_of(Method::partial, c);
  return behind_static(skip, rounds_of(run_trials(skip).value()), fixed,
                       rounds_of(run_trials(fixed).value()));
}

Recovery deadline(double at) { return {Recovery::Kind::deadline, from_seconds(at), 0}; }

TEST(BehindOriginal, PartialIsNeverBehindOriginal) {
  EXPECT_EQ(violations({}), 0U);
  EXPECT_EQ(violations({.blocks = 2}), 0U);
  EXPECT_EQ(violations({.network = "latency=50ms"}), 0U);
  EXPECT_EQ(violations({.faults = "crash:count=2,round=2"}), 0U);
  for (const double at : {0.1, 0.5, 2.0}) EXPECT_EQ(violations({.recovery = deadline(at)}), 0U) << at;
  for (const double at : {0.001, 1.0}) {
    EXPECT_EQ(violations({.recovery = deadline(at), .grid = Grid::integer}), 0U) << at;
  }
  EXPECT_EQ(violations({.recovery = {Recovery::Kind::residual, {}, 0.5}}), 0U);
}

TEST(BehindOriginal, NorIsSkip) {
  EXPECT_EQ(violations({.policy = Policy::skip}), 0U);
  EXPECT_EQ(violations({.blocks = 2, .policy = Policy::skip, .margin = 1}), 0U);
  EXPECT_EQ(violations({.policy = Policy::replan}), std::nullopt);
}

TEST(BehindOriginal, NothingIsClaimedWhereItNeedNotHold) {
  for (const char* faults : {"hang:count=1", "crash:count=1,at=mid", "crash:count=1,at=after-signal",
                             "crash:count=1,back-after=1", "server-crash:for=1"}) {
    EXPECT_EQ(violations({.faults = faults}), std::nullopt) << faults;
  }
  for (const char* network :
       {"bandwidth=1Mbit", "latency=5ms,loss=.1", "reorder=.1", "ideal+partition:count=1,for=1"}) {
    EXPECT_EQ(violations({.network = network}), std::nullopt) << network;
  }
  const TrialsSpec partial = spec_of(Method::partial, {});
  const TrialsSpec other = spec_of(Method::original, {.blocks = 2});
  EXPECT_EQ(behind_original(partial, {}, partial, {}), std::nullopt) << "the same method";
  EXPECT_EQ(behind_original(partial, {}, other, {}), std::nullopt) << "other blocks";
}

// Whatever order it comes to: nothing of this is about orders.
TEST(BehindOriginal, NorIsWhoLearnsOrders) {
  for (const Policy policy : {Policy::fixed, Policy::skip}) {
    for (const char* speeds : {kLasting, "exponential:mean=1,per=chunk"}) {
      const Conditions c{.policy = policy, .speeds = speeds, .learns = true, .rounds = 20, .trials = 50};
      EXPECT_EQ(violations(c), 0U) << speeds;
    }
  }
}

struct Round {
  double took;
  double residual = 0;
};

StudyRounds rounds(const std::vector<std::vector<Round>>& trials) {
  StudyRounds all;
  for (const auto& trial : trials) {
    for (const Round& round : trial) {
      all.took.push_back(from_seconds(round.took));
      all.residuals.push_back(round.residual);
    }
    all.ends.push_back(all.took.size());
  }
  return all;
}

TEST(BehindOriginal, CountsWhatIsLaterOrLacksMoreOrFails) {
  const TrialsSpec partial = spec_of(Method::partial, {.recovery = deadline(1)});
  const TrialsSpec original = spec_of(Method::original, {.recovery = deadline(1)});
  const auto count = [&](const std::vector<std::vector<Round>>& mine,
                         const std::vector<std::vector<Round>>& other) {
    return behind_original(partial, rounds(mine), original, rounds(other));
  };
  EXPECT_EQ(count({{{1, 1}}}, {{{1, 1}}}), 0U);
  EXPECT_EQ(count({{{1, 2}}}, {{{2, 1}}}), 0U) << "sooner, though less was there";
  EXPECT_EQ(count({{}}, {{}}), 0U) << "both failed";
  EXPECT_EQ(count({{{1, 1}, {1, 1}}, {{2}}}, {{{1, 1}}, {{2}}}), 0U) << "the second failed sooner";
  EXPECT_EQ(count({{{2, 1}}}, {{{1, 1}}}), 1U);
  EXPECT_EQ(count({{{1, 2}}}, {{{1, 1}}}), 1U);
  EXPECT_EQ(count({{{1}}, {{3}}}, {{{1}, {1}, {1}}, {{2}}}), 3U) << "the first failed in round 2";
}

TEST(BehindStatic, SkipNeverIs) {
  for (const char* speeds : {"exponential:mean=1", "exponential:mean=1,per=chunk", "constant:mean=1",
                             "bimodal:mean=1,fraction=.3"}) {
    for (const std::uint32_t margin : {0U, 1U}) {
      for (const std::size_t blocks : {1U, 2U}) {
        Conditions c{.blocks = blocks, .policy = Policy::skip, .margin = margin, .speeds = speeds};
        EXPECT_EQ(behind_static(c), 0U) << speeds;
        c.network = "latency=70ms";
        EXPECT_EQ(behind_static(c), 0U) << speeds;
        c.recovery = deadline(1);
        EXPECT_EQ(behind_static(c), 0U) << speeds;
        c.faults = "crash:count=2";
        EXPECT_EQ(behind_static(c), 0U) << speeds;
        c.grid = Grid::integer;
        EXPECT_EQ(behind_static(c), 0U) << speeds;
        c.recovery = {Recovery::Kind::residual, {}, 0.5};
        EXPECT_EQ(behind_static(c), 0U) << speeds;
      }
    }
  }
}

TEST(BehindStatic, NothingIsClaimedWhereItNeedNotHold) {
  const Policy skip = Policy::skip;
  for (const char* faults : {"hang:count=1", "crash:count=1,at=mid", "crash:count=1,back-after=1"}) {
    EXPECT_EQ(behind_static({.faults = faults, .policy = skip}), std::nullopt) << faults;
  }
  for (const char* network : {"bandwidth=1Mbit", "latency=5ms,loss=.1"}) {
    EXPECT_EQ(behind_static({.network = network, .policy = skip}), std::nullopt) << network;
  }
  EXPECT_EQ(behind_static(Conditions{.policy = Policy::replan}), std::nullopt);
  EXPECT_EQ(behind_static(Conditions{}), std::nullopt) << "both are static";
  const TrialsSpec mine = spec_of(Method::partial, {.policy = skip});
  TrialsSpec other = spec_of(Method::partial, {});
  EXPECT_EQ(behind_static(mine, {}, other, {}), 0U);
  other.seed = 2;
  EXPECT_EQ(behind_static(mine, {}, other, {}), std::nullopt) << "other draws";
  other = spec_of(Method::partial, {.trials = 1});
  EXPECT_EQ(behind_static(mine, {}, other, {}), std::nullopt) << "a single trial has another seed";
  other = spec_of(Method::partial, {.blocks = 2});
  EXPECT_EQ(behind_static(mine, {}, other, {}), std::nullopt) << "other blocks";
  other = spec_of(Method::partial, {});
  const Plan& plan = *other.cluster.plan;
  other.cluster.plan =
      std::make_shared<const Plan>(plan.with_ordering(Ordering::ascending(plan.assignment())).value());
  EXPECT_EQ(behind_static(mine, {}, other, {}), std::nullopt) << "another order";
}

// Carry-over would show here: speeds that last, orders drawn per trial, many rounds of many seeds.
TEST(BehindStatic, NorIsAnyRoundOfALongTrial) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Conditions c{.policy = Policy::skip, .speeds = kLasting, .rounds = 30, .trials = 10, .seed = seed};
    EXPECT_EQ(behind_static(c), 0U) << seed;
    c.network = "latency=70ms";
    c.faults = "crash:count=2,round=9";
    EXPECT_EQ(behind_static(c), 0U) << seed;
  }
}

// Skip and static see other rounds, and so learn other orders.
TEST(BehindStatic, NothingIsClaimedOfLearnedOrders) {
  EXPECT_EQ(behind_static({.policy = Policy::skip, .learns = true}), std::nullopt);
  TrialsSpec skip = spec_of(Method::partial, {.policy = Policy::skip});
  TrialsSpec fixed = spec_of(Method::partial, {});
  fixed.cluster.server.learn_orders = true;
  EXPECT_EQ(behind_static(skip, {}, fixed, {}), std::nullopt);
  skip.cluster.server.learn_orders = true;
  EXPECT_FALSE(is_never_behind_static(skip));
  EXPECT_EQ(behind_unseen_static(skip, {}).value(), std::nullopt);
}

// The count can see a loss that skip suffers: it is not 0 because nothing is compared.
TEST(BehindStatic, CountsEveryRoundThatIsLater) {
  const TrialsSpec skip = spec_of(Method::partial, {.policy = Policy::skip});
  const TrialsSpec fixed = spec_of(Method::partial, {});
  const auto count = [&](const std::vector<std::vector<Round>>& mine,
                         const std::vector<std::vector<Round>>& other) {
    return behind_static(skip, rounds(mine), fixed, rounds(other));
  };
  EXPECT_EQ(count({{{1}}, {{2}}, {}}, {{{1}}, {{1}}, {{1}}}), 2U);
  EXPECT_EQ(count({{{1}, {3}, {1}}}, {{{5}, {2}, {5}}}), 1U) << "behind in round 2, ahead in the mean";
}

TEST(BehindStatic, RunsTheStaticTwinItself) {
  const TrialsSpec skip = spec_of(Method::partial, {.policy = Policy::skip, .trials = 50});
  StudyRounds mine = rounds_of(run_trials(skip).value());
  EXPECT_EQ(behind_unseen_static(skip, mine).value(), 0U);
  ASSERT_EQ(mine.took.size(), 100U);
  mine.took[7] += std::chrono::hours(1);
  EXPECT_EQ(behind_unseen_static(skip, mine).value(), 1U);
}

}  // namespace
}  // namespace gleaner
