#include "training/divergence.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace gleaner {
namespace {

using ::testing::HasSubstr;

// The round in which the watch stops a training with these losses; 0: never.
std::uint64_t stopped_in(const std::vector<double>& losses, std::string* why = nullptr) {
  DivergenceWatch watch(smaller_rate_advice(0.5));
  for (std::uint64_t round = 1; round <= losses.size(); ++round) {
    const Status s = watch.judge(round, losses[round - 1]);
    if (s) continue;
    EXPECT_EQ(s.error().kind, Error::Kind::run_failed);
    if (why != nullptr) *why = s.error().sentence();
    return round;
  }
  return 0;
}

TEST(DivergenceWatch, LetsAHealthyTrainingBe) {
  EXPECT_EQ(stopped_in({2.3, 1.9, 1.5, 1.6, 1.4, 0.1, 1e-9, 0.2, 1e-12}), 0U);
  EXPECT_EQ(stopped_in({2.3, 400, 900, 2000, 2100, 2200, 30, 1}), 0U);  // it comes back
  EXPECT_EQ(stopped_in({0, 0, 0, 5, 3, 4, 5, 6, 7}), 0U);               // began at the bottom
}

TEST(DivergenceWatch, StopsWhatIsNotFinite) {
  std::string why;
  EXPECT_EQ(stopped_in({2, std::nan("")}, &why), 2U);
  EXPECT_THAT(why, HasSubstr("not finite in round 2, it was 2 at first"));
  EXPECT_THAT(why, HasSubstr("lower --lr from 0.5 to 0.05"));
  EXPECT_EQ(stopped_in({1, HUGE_VAL}), 2U);
  EXPECT_EQ(stopped_in({HUGE_VAL}, &why), 1U);
  EXPECT_THAT(why, HasSubstr("at the starting point"));
  EXPECT_THAT(why, HasSubstr("scale the features"));
}

TEST(DivergenceWatch, StopsAnExplosion) {
  std::string why;
  std::vector<double> losses{1};
  for (int i = 0; i < 20; ++i) losses.push_back(losses.back() * 2);
  EXPECT_EQ(stopped_in(losses, &why), 11U);  // 1024 is the first above a thousand
  EXPECT_THAT(why, HasSubstr("the loss has grown from 1 to 1024 by round 11"));
  EXPECT_EQ(stopped_in({1, 2e6}), 2U);
}

TEST(DivergenceWatch, KnowsTheTwoRatesOfLocalSteps) {
  EXPECT_EQ(smaller_local_rate_advice(0.5, 1), "lower --local-lr from 0.5 to 0.05, or --lr from 1 to 0.1");
}

TEST(DivergenceWatch, GoesOnFromARestoredState) {
  DivergenceWatch whole("try this");
  for (std::uint64_t r = 1; r <= 10; ++r) ASSERT_TRUE(whole.judge(r, std::pow(2, r - 1)).ok());
  DivergenceWatch resumed("try this");
  resumed.restore(whole.state());
  EXPECT_THAT(resumed.judge(11, 1024).error().sentence(), HasSubstr("try this"));
  EXPECT_TRUE(DivergenceWatch("try this").judge(11, 1024).ok());
}

}  // namespace
}  // namespace gleaner
