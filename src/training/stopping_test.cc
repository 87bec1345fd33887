#include "training/stopping.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace gleaner {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;

RoundRecord round_with(double accuracy, double test_accuracy) {
  RoundRecord r;
  r.round = 37;
  r.accuracy = accuracy;
  r.test_accuracy = test_accuracy;
  return r;
}

TEST(Stopping, NeverStopsByDefault) {
  EXPECT_FALSE(reason_to_stop({}, round_with(1, 1), std::chrono::hours(1000)));
  EXPECT_TRUE(check(Stopping{}).ok());
}

TEST(Stopping, StopsAtTheTargetOfTheRightSet) {
  const Stopping training{.target_accuracy = 0.95};
  EXPECT_EQ(reason_to_stop(training, round_with(0.95, 0), {}), "target accuracy 0.95 reached in round 37");
  EXPECT_FALSE(reason_to_stop(training, round_with(0.949, 1), {}));
  EXPECT_FALSE(reason_to_stop(training, round_with(kNotMeasured, 1), {}));
  const Stopping test{.target_accuracy = 0.95, .on_test_set = true};
  EXPECT_EQ(reason_to_stop(test, round_with(0, 0.96), {}), "target test accuracy 0.95 reached in round 37");
  EXPECT_FALSE(reason_to_stop(test, round_with(1, kNotMeasured), {}));
}

TEST(Stopping, StopsWhenTheTimeIsUp) {
  const Stopping limit{.time_limit = milliseconds(1500)};
  EXPECT_FALSE(reason_to_stop(limit, round_with(1, 1), milliseconds(1499)));
  EXPECT_EQ(reason_to_stop(limit, round_with(1, 1), milliseconds(1500)),
            "time limit 1.5s reached after round 37");
}

TEST(Stopping, SaysWhichFlagIsOutOfRange) {
  for (const double bad : {0.0, -1.0, 1.01, std::nan("")})
    EXPECT_THAT(check(Stopping{.target_accuracy = bad}).error().what, HasSubstr("--target-accuracy"));
  EXPECT_TRUE(check(Stopping{.target_accuracy = 1}).ok());
  EXPECT_THAT(check(Stopping{.time_limit = Duration(0)}).error().what, HasSubstr("--time-limit"));
}

}  // namespace
}  // namespace gleaner
