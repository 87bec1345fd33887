#include "study/reproduce_deviation.h"

#include <cmath>

#include <gtest/gtest.h>

namespace gleaner {
namespace {

Estimate ours(double mean, double std_error, std::size_t count) {
  Estimate e;
  e.mean = mean;
  e.std_error = std_error;
  e.count = count;
  return e;
}

TEST(Deviation, IsInStandardErrorsOfTheDifference) {
  EXPECT_DOUBLE_EQ(compare(ours(5, 0.3, 100), {4, 0.4, 100}).deviation, 2);
  EXPECT_DOUBLE_EQ(compare(ours(3, 0.3, 100), {4, 0.4, 100}).deviation, -2);
  EXPECT_EQ(compare(ours(4, 0, 100), {4, 0.0, 100}).deviation, 0);
  EXPECT_EQ(compare(ours(5, 0, 100), {4, 0.0, 100}).deviation, INFINITY);
  EXPECT_TRUE(std::isnan(compare(estimate({}), {4, 0.4, 100}).deviation));
}

// Four times our trials: half of our standard error.
TEST(Deviation, WithoutAPublishedErrorOurOwnSpreadIsTaken) {
  EXPECT_DOUBLE_EQ(compare(ours(5, 0.4, 100), {4, std::nullopt, 400}).deviation, 1 / std::hypot(0.4, 0.2));
}

TEST(Deviation, AnEventThatDidNotOccurIsNoCertainty) {
  const Published none{0, 0.0, 1000};
  const Published one{0.001, 0.001, 1000};
  EXPECT_DOUBLE_EQ(compare(ours(0.002, 0.0014, 1000), none, 1).deviation, 0.002 / std::hypot(0.0014, 0.001));
  EXPECT_DOUBLE_EQ(compare(ours(0, 0, 1000), one, 1).deviation, -1 / std::sqrt(2));
  EXPECT_EQ(compare(ours(0, 0, 1000), none, 1).deviation, 0);
  // Ten events where none was published are too many.
  EXPECT_LT(compare(ours(0.003, 0.0017, 1000), none, 1).deviation, 4);
  EXPECT_GT(compare(ours(0.1, 0.01, 1000), none, 1).deviation, 4);
}

}  // namespace
}  // namespace gleaner
