#include "base/time.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace gleaner {
namespace {

using namespace std::chrono_literals;

TEST(Time, SecondsAndBack) {
  EXPECT_EQ(from_seconds(1.5), 1500ms);
  EXPECT_EQ(from_seconds(-0.25), -250ms);
  EXPECT_EQ(from_seconds(0), 0ns);
  EXPECT_DOUBLE_EQ(seconds(1500ms), 1.5);
  EXPECT_DOUBLE_EQ(seconds(Time(2s)), 2);
}

TEST(Time, RoundsToTheNearestNanosecond) {
  EXPECT_EQ(from_seconds(1.4e-9), 1ns);
  EXPECT_EQ(from_seconds(1.6e-9), 2ns);
  EXPECT_EQ(from_seconds(-1.4e-9), -1ns);
  EXPECT_EQ(from_seconds(-1.6e-9), -2ns);
}

RC_GTEST_PROP(Time, MicrosecondsOfADaySurvive, ()) {
  const Duration d = std::chrono::microseconds(*rc::gen::inRange<std::int64_t>(0, 86'400'000'000));
  RC_ASSERT(from_seconds(seconds(d)) == d);
}

}  // namespace
}  // namespace gleaner
