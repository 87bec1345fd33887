#include "study/statistics.h"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/random.h"

namespace gleaner {
namespace {

TEST(Statistics, AnEstimateWorkedOutByHand) {
  const std::vector<double> values{2, 4, 4, 6};
  const Estimate e = estimate(values);
  EXPECT_EQ(e.count, 4U);
  EXPECT_DOUBLE_EQ(e.mean, 4);
  EXPECT_DOUBLE_EQ(e.std_error, std::sqrt(8.0 / 12));
  EXPECT_DOUBLE_EQ(e.mean_square, 18);
  EXPECT_NEAR(e.half_width(), 3.182446 * e.std_error, 0.03);
}

TEST(Statistics, TooFewValuesAreUnknownAndNotZero) {
  EXPECT_TRUE(std::isnan(estimate({}).mean));
  const std::vector<double> one{3};
  EXPECT_EQ(estimate(one).mean, 3);
  EXPECT_TRUE(std::isnan(estimate(one).std_error));
  EXPECT_TRUE(std::isnan(estimate(one).half_width()));
  EXPECT_TRUE(std::isnan(paired_ratio(one, one).std_error));
  EXPECT_TRUE(std::isnan(paired_ratio({}, {}).ratio));
}

TEST(Statistics, ASmallSpreadAroundALargeMeanKeepsItsDigits) {
  std::vector<double> values;
  for (int k = 0; k < 1000; ++k) values.push_back(1e9 + (k % 2 == 0 ? 1e-3 : -1e-3));
  EXPECT_NEAR(estimate(values).std_error, 1e-3 / std::sqrt(999.0), 1e-7);
}

TEST(Statistics, QuantilesOfStudentsT) {
  EXPECT_NEAR(t_975(1), 12.706, 1e-3);
  EXPECT_NEAR(t_975(2), 4.303, 1e-3);
  EXPECT_NEAR(t_975(3), 3.182, 0.03);
  EXPECT_NEAR(t_975(5), 2.571, 0.004);
  EXPECT_NEAR(t_975(10), 2.228, 5e-4);
  EXPECT_NEAR(t_975(30), 2.042, 5e-4);
  EXPECT_NEAR(t_975(100000), 1.95999, 1e-4);
}

TEST(Statistics, AQuantileIsAValueThatOccurred) {
  const std::vector<double> values{5, 1, 4, 2, 3};
  EXPECT_EQ(quantiles(values, std::vector<double>{0.5, 0.99, 0.2, 0.21, 1.0}),
            (std::vector<double>{3, 5, 1, 2, 5}));
  EXPECT_EQ(values, (std::vector<double>{5, 1, 4, 2, 3}));
  std::vector<double> hundred;
  for (int k = 100; k >= 1; --k) hundred.push_back(k);
  EXPECT_EQ(quantile(hundred, 0.99), 99);
  EXPECT_EQ(quantile(hundred, 0.5), 50);
  EXPECT_TRUE(std::isnan(quantile({}, 0.5)));
}

RC_GTEST_PROP(Statistics, AQuantileIsThatOfTheSortedValues,
              (const std::vector<int>& drawn, std::size_t percent)) {
  RC_PRE(!drawn.empty());
  std::vector<double> values(drawn.begin(), drawn.end());
  const double p = static_cast<double>(1 + percent % 100) / 100;
  const double found = quantile(values, p);
  const auto n = static_cast<double>(values.size());
  const auto at_most = std::count_if(values.begin(), values.end(), [&](double x) { return x <= found; });
  const auto below = std::count_if(values.begin(), values.end(), [&](double x) { return x < found; });
  RC_ASSERT(static_cast<double>(at_most) >= p * n - 1e-9);
  RC_ASSERT(static_cast<double>(below) < p * n);
}

TEST(Statistics, ProportionalPairsHaveACertainRatio) {
  const std::vector<double> b{1, 7, 2, 9};
  std::vector<double> a;
  for (const double x : b) a.push_back(0.5 * x);
  const Ratio r = paired_ratio(a, b);
  EXPECT_DOUBLE_EQ(r.ratio, 0.5);
  EXPECT_NEAR(r.std_error, 0, 1e-15);
  EXPECT_EQ(r.count, 4U);
}

TEST(Statistics, PairsOfWhichOneIsUnknownAreLeftOut) {
  const std::vector<double> a{1, kUnknown, 3, 100};
  const std::vector<double> b{2, 5, 6, kUnknown};
  EXPECT_EQ(paired_ratio(a, b).count, 2U);
  EXPECT_DOUBLE_EQ(paired_ratio(a, b).ratio, 0.5);
}

// The interval must hold the truth in 95% of all studies; 2,000 studies have a standard error of 0.5%.
TEST(Statistics, IntervalsOfRatiosHoldTheTruthAsOftenAsTheySay) {
  Random random({.seed = 5, .purpose = Purpose::test});
  int held = 0;
  constexpr int kStudies = 2000;
  for (int study = 0; study < kStudies; ++study) {
    std::vector<double> a;
    std::vector<double> b;
    for (int k = 0; k < 60; ++k) {
      const double common = random.exponential(1);  // what pairs share
      a.push_back(common + random.exponential(0.5));
      b.push_back(2 * common + random.exponential(0.25) + 0.25);
    }
    const Ratio r = paired_ratio(a, b);
    if (r.low <= 0.6 && 0.6 <= r.high) ++held;
  }
  EXPECT_GT(held, 0.925 * kStudies);
  EXPECT_LT(held, 0.965 * kStudies);
}

}  // namespace
}  // namespace gleaner
