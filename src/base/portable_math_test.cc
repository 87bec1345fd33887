#include "base/portable_math.h"

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/random.h"

namespace gleaner {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
const double kTwoPi = 2 * std::acos(-1.0);

bool near(double value, double reference, double absolute) {
  return std::fabs(value - reference) <= 1e-14 * std::fabs(reference) + absolute;
}

// A positive number of any size, subnormals included: random bits, for generators prefer small integers.
double any_positive(std::uint64_t seed) {
  const auto x = std::bit_cast<double>(Random({.seed = seed}).bits() & 0x7fffffffffffffffULL);
  return std::isfinite(x) && x > 0 ? x : 1.5;
}

RC_GTEST_PROP(PortableMath, LogIsThatOfTheLibrary, (std::uint64_t seed)) {
  const double x = any_positive(seed);
  RC_ASSERT(near(portable::log(x), std::log(x), 1e-15));
}

RC_GTEST_PROP(PortableMath, LogNearOne, (std::uint64_t seed)) {
  const double x = 1 + 0.1 * (Random({.seed = seed}).uniform() - 0.5);
  RC_ASSERT(near(portable::log(x), std::log(x), 1e-15));
}

RC_GTEST_PROP(PortableMath, ExpIsThatOfTheLibrary, (std::uint64_t seed)) {
  Random random({.seed = seed});
  const double x = (random.uniform() - 0.5) * (random.below(2) == 0 ? 1400 : 3);
  // Below the normal range the steps are 5e-324.
  RC_ASSERT(near(portable::exp(x), std::exp(x), 1e-323));
}

RC_GTEST_PROP(PortableMath, ExpUndoesLog, (std::uint64_t seed)) {
  const double x = any_positive(seed);
  RC_PRE(x > 1e-300);
  // An error of one part in 1e14 in a logarithm of up to 709 is 7e-12 of the number.
  RC_ASSERT(std::fabs(portable::exp(portable::log(x)) / x - 1) < 1e-11);
}

RC_GTEST_PROP(PortableMath, TurnsAreThoseOfTheLibrary, (std::uint64_t seed)) {
  const double u = Random({.seed = seed}).uniform();
  // 2 pi u itself is rounded for the reference: an absolute error of 1e-15.
  RC_ASSERT(std::fabs(portable::cos_turn(u) - std::cos(kTwoPi * u)) < 2e-15);
  RC_ASSERT(std::fabs(portable::sin_turn(u) - std::sin(kTwoPi * u)) < 2e-15);
  const double c = portable::cos_turn(u);
  const double s = portable::sin_turn(u);
  RC_ASSERT(std::fabs(c * c + s * s - 1) < 1e-15);
}

TEST(PortableMath, QuarterTurnsAreExact) {
  EXPECT_EQ(portable::cos_turn(0), 1);
  EXPECT_EQ(portable::cos_turn(0.25), 0);
  EXPECT_EQ(portable::cos_turn(0.5), -1);
  EXPECT_EQ(portable::cos_turn(0.75), 0);
  EXPECT_EQ(portable::sin_turn(0), 0);
  EXPECT_EQ(portable::sin_turn(0.25), 1);
  EXPECT_EQ(portable::sin_turn(0.5), 0);
  EXPECT_EQ(portable::sin_turn(0.75), -1);
}

TEST(PortableMath, Ends) {
  EXPECT_EQ(portable::log(1), 0);
  EXPECT_EQ(portable::log(0), -kInfinity);
  EXPECT_EQ(portable::log(-0.0), -kInfinity);
  EXPECT_EQ(portable::log(kInfinity), kInfinity);
  EXPECT_TRUE(std::isnan(portable::log(-1)));
  EXPECT_TRUE(std::isnan(portable::log(std::nan(""))));
  EXPECT_EQ(portable::exp(0), 1);
  EXPECT_EQ(portable::exp(-0.0), 1);
  EXPECT_EQ(portable::exp(709.8), kInfinity);
  EXPECT_EQ(portable::exp(kInfinity), kInfinity);
  EXPECT_TRUE(std::isfinite(portable::exp(709.78)));
  EXPECT_EQ(portable::exp(-746), 0);
  EXPECT_EQ(portable::exp(-kInfinity), 0);
  EXPECT_GT(portable::exp(-744), 0);
  EXPECT_TRUE(std::isnan(portable::exp(std::nan(""))));
}

TEST(PortableMath, GoldenBits) {
  EXPECT_EQ(portable::log(0.1), -0x1.26bb1bbb55515p+1);
  EXPECT_EQ(portable::exp(-3.7), 0x1.9511fc6871044p-6);
  EXPECT_EQ(portable::cos_turn(0.1), 0x1.9e3779b97f4a8p-1);
  EXPECT_EQ(portable::sin_turn(0.1), 0x1.2cf2304755a5dp-1);
}

}  // namespace
}  // namespace gleaner
