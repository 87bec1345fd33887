#include "training/schedule.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <numbers>

namespace gleaner {
namespace {

using Kind = Schedule::Kind;

TEST(Schedule, IsConstantByDefault) {
  const Schedule s;
  for (const std::uint64_t r : {1, 2, 100, 1'000'000}) EXPECT_EQ(s.at(r), 1);
  EXPECT_EQ(s.text(), "constant");
}

TEST(Schedule, StepsDownEverySoManyRounds) {
  const Schedule s{.kind = Kind::step, .every = 3, .factor = 0.5};
  for (const std::uint64_t r : {1, 2, 3}) EXPECT_EQ(s.at(r), 1);
  for (const std::uint64_t r : {4, 5, 6}) EXPECT_EQ(s.at(r), 0.5);
  EXPECT_EQ(s.at(31), std::pow(0.5, 10));
  EXPECT_EQ(s.text(), "step:every=3,factor=0.5");
}

TEST(Schedule, WarmsUpBeforeAnything) {
  const Schedule s{.kind = Kind::step, .warmup = 3, .every = 2, .factor = 0.1};
  EXPECT_EQ(s.at(1), 0.25);
  EXPECT_EQ(s.at(2), 0.5);
  EXPECT_EQ(s.at(3), 0.75);
  EXPECT_EQ(s.at(4), 1);
  EXPECT_EQ(s.at(5), 1);
  EXPECT_EQ(s.at(6), 0.1);
  EXPECT_EQ(s.text(), "step:every=2,factor=0.1,warmup=3");
}

TEST(Schedule, DecaysToItsMinimumAfterTheLastRound) {
  const Schedule linear{.kind = Kind::linear, .min = 0.2, .rounds = 4};
  EXPECT_EQ(linear.at(1), 1);
  EXPECT_NEAR(linear.at(2), 0.8, 1e-15);
  EXPECT_NEAR(linear.at(4), 0.4, 1e-15);
  EXPECT_NEAR(linear.at(5), 0.2, 1e-15);
  EXPECT_NEAR(linear.at(99), 0.2, 1e-15);
  const Schedule cosine{.kind = Kind::cosine, .min = 0.2, .rounds = 4};
  EXPECT_EQ(cosine.at(1), 1);
  EXPECT_NEAR(cosine.at(3), 0.6, 1e-14);
  EXPECT_NEAR(cosine.at(5), 0.2, 1e-14);
  EXPECT_EQ(cosine.text(), "cosine:min=0.2");
}

// The declared formulas with the C library's functions.
double plain(const Schedule& s, double r) {
  const double w = static_cast<double>(s.warmup);
  if (r <= w) return r / (w + 1);
  const double since = r - 1 - w;
  const double t = std::min(1.0, since / (static_cast<double>(s.rounds) - w));
  switch (s.kind) {
    case Kind::constant: return 1;
    case Kind::step: return std::pow(s.factor, std::floor(since / static_cast<double>(s.every)));
    case Kind::cosine: return s.min + (1 - s.min) * (1 + std::cos(std::numbers::pi * t)) / 2;
    case Kind::linear: return s.min + (1 - s.min) * (1 - t);
  }
  return 0;
}

RC_GTEST_PROP(Schedule, FollowsItsFormula, ()) {
  Schedule s;
  s.kind = *rc::gen::element(Kind::constant, Kind::step, Kind::cosine, Kind::linear);
  s.rounds = *rc::gen::inRange<std::uint64_t>(1, 500);
  s.warmup = *rc::gen::inRange<std::uint64_t>(0, s.rounds);
  s.every = *rc::gen::inRange<std::uint64_t>(1, 50);
  s.factor = 0.01 * *rc::gen::inRange(1, 101);
  s.min = 0.01 * *rc::gen::inRange(0, 101);
  const std::uint64_t r = *rc::gen::inRange<std::uint64_t>(1, 600);
  RC_ASSERT(std::abs(s.at(r) - plain(s, static_cast<double>(r))) < 1e-12);
  if (r <= s.rounds) RC_ASSERT(s.at(r) > 0);
}

}  // namespace
}  // namespace gleaner
