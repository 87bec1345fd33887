#include "app/words.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace gleaner {
namespace {

TEST(Words, Bytes) {
  EXPECT_EQ(byte_text(0), "0B");
  EXPECT_EQ(byte_text(999), "999B");
  EXPECT_EQ(byte_text(2960), "3.0kB");
  EXPECT_EQ(byte_text(251296), "251kB");
  EXPECT_EQ(byte_text(1.1e6), "1.1MB");
  EXPECT_EQ(byte_text(6.4e12), "6400.0GB");
}

TEST(Words, Times) {
  EXPECT_EQ(time_text(0.0574), "57.4ms");
  EXPECT_EQ(time_text(12), "12000.0ms");
  EXPECT_EQ(time_text(120), "120.0s");
  EXPECT_EQ(time_text(std::nan("")), "-");
}

TEST(Words, Losses) {
  EXPECT_EQ(loss_text(0.30779663), "0.3078");
  EXPECT_EQ(loss_text(2.2778e29), "2.3e+29");
  EXPECT_EQ(loss_text(std::numeric_limits<double>::infinity()), "inf");
  EXPECT_EQ(loss_text(std::nan("")), "-");
}

TEST(Words, Intervals) {
  EXPECT_EQ(interval_text(2.33054, 0.02638), "2.331 +- 0.026");
  EXPECT_EQ(interval_text(120.4, 31.0), "120 +- 31");
  EXPECT_EQ(interval_text(2.6, 2.2e-16), "2.6");
  EXPECT_EQ(interval_text(2.6, NAN), "2.6");
  EXPECT_EQ(interval_text(NAN, 1.0), "-");
}

}  // namespace
}  // namespace gleaner
