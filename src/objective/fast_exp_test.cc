#include "objective/fast_exp.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <limits>

namespace gleaner {
namespace {

TEST(ExpNonpositive, MeetsTheEdgesExactly) {
  EXPECT_EQ(exp_nonpositive(0.0), 1.0);
  EXPECT_EQ(exp_nonpositive(-0.0), 1.0);
  EXPECT_EQ(exp_nonpositive(-708.5), 0.0);
  EXPECT_EQ(exp_nonpositive(-std::numeric_limits<double>::infinity()), 0.0);
  EXPECT_TRUE(std::isnan(exp_nonpositive(std::numeric_limits<double>::quiet_NaN())));
  EXPECT_GT(exp_nonpositive(-708), 0.0);
}

RC_GTEST_PROP(ExpNonpositive, AgreesWithTheCLibrary, ()) {
  const double x = -708.0 * *rc::gen::inRange(0, 1 << 30) / (1 << 30);
  const double small = x / 708;  // half of the cases shall lie where losses live
  for (const double at : {x, small}) RC_ASSERT(std::abs(exp_nonpositive(at) / std::exp(at) - 1) < 1e-15);
}

}  // namespace
}  // namespace gleaner
