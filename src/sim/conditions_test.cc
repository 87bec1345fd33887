#include "sim/conditions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gleaner {
namespace {

using testing::HasSubstr;

TEST(Conditions, TheDefaultsDisturbNothing) {
  const Conditions calm = Conditions::parse({}).value();
  EXPECT_TRUE(calm.speeds.none());
  EXPECT_TRUE(calm.faults.none());
  EXPECT_TRUE(calm.network.ideal());
  EXPECT_EQ(calm.grid, Grid::none);
  EXPECT_TRUE(calm.check(1, 1));
}

TEST(Conditions, AreReadBackFromTheirTexts) {
  const Conditions::Texts texts{"exponential:mean=2s", "cut:count=1,back-after=1s+server-crash:for=2s",
                                "latency=5ms", "integer"};
  const Conditions conditions = Conditions::parse(texts).value();
  EXPECT_EQ(conditions.speeds.text(), texts.speeds);
  EXPECT_EQ(conditions.faults.text(), texts.faults);
  EXPECT_EQ(conditions.network.text(), texts.network);
  ClusterSpec cluster;
  conditions.apply_to(cluster);
  EXPECT_EQ(cluster.speeds.text(), texts.speeds);
  EXPECT_EQ(cluster.network, conditions.network);
  EXPECT_EQ(cluster.grid, Grid::integer);
}

TEST(Conditions, ErrorsNameTheFlag) {
  EXPECT_THAT(Conditions::parse({.speeds = "fast"}).error().what, HasSubstr("--speeds: "));
  EXPECT_THAT(Conditions::parse({.faults = "crsh"}).error().what, HasSubstr("--faults: "));
  EXPECT_THAT(Conditions::parse({.network = "wet"}).error().what, HasSubstr("--network: "));
  EXPECT_THAT(Conditions::parse({.grid = "intger"}).error().sentence(),
              HasSubstr("did you mean \"integer\""));
  const auto check = [](const Conditions::Texts& texts) {
    return Conditions::parse(texts).value().check(3, 2).error().what;
  };
  EXPECT_THAT(check({.speeds = "constant+slow:factor=2,workers=3"}), HasSubstr("slow names worker 3"));
  EXPECT_THAT(check({.faults = "crash:count=4"}), HasSubstr("shall hit 4 workers"));
  EXPECT_THAT(check({.faults = "server-crash:for=1,round=3"}), HasSubstr("names round 3"));
  EXPECT_THAT(check({.network = "partition:for=1,count=4"}), HasSubstr("cut off 4 workers"));
  EXPECT_THAT(check({.network = "partition:for=1,round=3"}), HasSubstr("names round 3"));
}

}  // namespace
}  // namespace gleaner
