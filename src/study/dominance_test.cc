#include "study/dominance.h"

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
};

TrialsSpec spec_of(Method method, const Conditions& c) {
  const Assignment a = Assignment::cyclic(12, 12, 4).value();
  const Frame frame = c.blocks == 1 ? Frame::ones(12) : Frame::gaussian(12, c.blocks, 1);
  TrialsSpec spec;
  spec.cluster.plan =
      std::make_shared<const Plan>(Plan::make(method, a, Ordering::optimal(a), frame).value());
  spec.cluster.code = code_for(method);
  spec.cluster.speeds = SpeedModel::parse("exponential:mean=1", TimeUnits::optional).value();
  spec.cluster.network = NetworkModel::parse(c.network, TimeUnits::optional).value();
  spec.cluster.server.recovery = c.recovery;
  spec.cluster.rounds = 2;
  spec.cluster.grid = c.grid;
  spec.faults = FaultModel::parse(c.faults, FaultScope::simulation).value();
  spec.trials = 300;
  return spec;
}

std::optional<std::uint64_t> violations(const Conditions& c) {
  const TrialsSpec partial = spec_of(Method::partial, c);
  const TrialsSpec original = spec_of(Method::original, c);
  return dominance_violations(partial, summarise(run_trials(partial).value()), original,
                              summarise(run_trials(original).value()));
}

Recovery deadline(double at) { return {Recovery::Kind::deadline, from_seconds(at), 0}; }

TEST(Dominance, PartialIsNeverBehindOriginal) {
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

TEST(Dominance, NothingIsClaimedWhereItNeedNotHold) {
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
  EXPECT_EQ(dominance_violations(partial, {}, partial, {}), std::nullopt) << "the same method";
  EXPECT_EQ(dominance_violations(partial, {}, other, {}), std::nullopt) << "other blocks";
}

TEST(Dominance, CountsWhatIsLaterOrLacksMoreOrFails) {
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
  EXPECT_EQ(dominance_violations(partial, a, original, b), 0U);
  add(2, 1, 1, 1);
  add(1, 2, 1, 1);
  add(kUnknown, kUnknown, 1, 1);
  EXPECT_EQ(dominance_violations(partial, a, original, b), 3U);
}

}  // namespace
}  // namespace gleaner
