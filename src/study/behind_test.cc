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
};

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
  spec.cluster.rounds = 2;
  spec.cluster.grid = c.grid;
  spec.faults = FaultModel::parse(c.faults, FaultScope::simulation).value();
  spec.trials = 300;
  return spec;
}

std::optional<std::uint64_t> violations(const Conditions& c) {
  const TrialsSpec partial = spec_of(Method::partial, c);
  const TrialsSpec original = spec_of(Method::original, c);
  return behind_original(partial, summarise(run_trials(partial).value()), original,
                         summarise(run_trials(original).value()));
}

std::optional<std::uint64_t> behind_static(Conditions c) {
  const TrialsSpec skip = spec_of(Method::partial, c);
  c.policy = Policy::fixed;
  c.margin = 0;
  const TrialsSpec fixed = spec_of(Method::partial, c);
  return behind_static(skip, summarise(run_trials(skip).value()), fixed,
                       summarise(run_trials(fixed).value()));
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

TEST(BehindOriginal, CountsWhatIsLaterOrLacksMoreOrFails) {
  const TrialsSpec partial = spec_of(Method::partial, {.recovery = deadline(1)});
  const TrialsSpec original = spec_of(Method::original, {.recovery = deadline(1)});
  StudySummary a;
  StudySummary b;
  const auto add = [&](double mine, double residual, double other, double other_residual) {
    a.seconds.push_back(mine);
    a.residuals.push_back(residual);
    b.seconds.push_back(other);
    b.residuals.push_back(other_residual);
  };
  add(1, 1, 1, 1);                       // neither
  add(1, 2, 2, 1);                       // sooner, though less was there
  add(kUnknown, kUnknown, kUnknown, 1);  // both failed
  EXPECT_EQ(behind_original(partial, a, original, b), 0U);
  add(2, 1, 1, 1);
  add(1, 2, 1, 1);
  add(kUnknown, kUnknown, 1, 1);
  EXPECT_EQ(behind_original(partial, a, original, b), 3U);
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
  other = spec_of(Method::partial, {.blocks = 2});
  EXPECT_EQ(behind_static(mine, {}, other, {}), std::nullopt) << "other blocks";
  other = spec_of(Method::partial, {});
  const Plan& plan = *other.cluster.plan;
  other.cluster.plan =
      std::make_shared<const Plan>(plan.with_ordering(Ordering::ascending(plan.assignment())).value());
  EXPECT_EQ(behind_static(mine, {}, other, {}), std::nullopt) << "another order";
}

// The count can see a loss that skip suffers: it is not 0 because nothing is compared.
TEST(BehindStatic, CountsWhatIsLater) {
  const TrialsSpec skip = spec_of(Method::partial, {.policy = Policy::skip});
  const TrialsSpec fixed = spec_of(Method::partial, {});
  StudySummary a;
  a.seconds = {1, 2, kUnknown};
  a.residuals = {0, 0, kUnknown};
  StudySummary b;
  b.seconds = {1, 1, 1};
  b.residuals = {0, 0, 0};
  EXPECT_EQ(behind_static(skip, a, fixed, b), 2U);
}

}  // namespace
}  // namespace gleaner
