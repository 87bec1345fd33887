#include "adapt/order_worth.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/random.h"
#include "coding/test_cases.h"
#include "support/draws.h"

namespace gleaner {
namespace {

void rounds_of(OrderWorth& worth, int rounds, double cost) {
  for (int k = 0; k < rounds; ++k) {
    worth.weigh(cost);
    worth.end_round();
  }
}

// Rounds without a trial after this one.
int pause_after(OrderWorth& worth, double cost) {
  worth.weigh(cost);
  EXPECT_FALSE(worth.may_tell());
  worth.end_round();
  int pause = 0;
  for (; pause < 1000 && !worth.may_try(); ++pause) {
    EXPECT_FALSE(worth.may_tell());
    worth.end_round();
  }
  return pause;
}

TEST(OrderWorth, OrdersAreOnlyTriedAtFirst) {
  const OrderWorth worth;
  EXPECT_TRUE(worth.may_try());
  EXPECT_FALSE(worth.may_tell());
}

TEST(OrderWorth, IsProvenByTwoRoundsThatGainALot) {
  OrderWorth worth;
  rounds_of(worth, 1, .5);
  EXPECT_TRUE(worth.may_try());
  EXPECT_FALSE(worth.may_tell());
  rounds_of(worth, 1, .88);
  EXPECT_FALSE(worth.may_try());  // they are told now
  EXPECT_TRUE(worth.may_tell());
}

TEST(OrderWorth, IsProvenByFourRoundsThatGainALittle) {
  OrderWorth worth;
  for (int k = 0; k < 4; ++k) {
    EXPECT_TRUE(worth.may_try()) << k;
    EXPECT_FALSE(worth.may_tell()) << k;
    rounds_of(worth, 1, .95);
  }
  EXPECT_FALSE(worth.may_try());
  EXPECT_TRUE(worth.may_tell());
}

TEST(OrderWorth, IsNotProvenByTheAverageOfAGainAndALoss) {
  OrderWorth worth;
  rounds_of(worth, 1, .7);
  worth.weigh(1.3);
  EXPECT_FALSE(worth.may_tell());
  EXPECT_FALSE(worth.may_try());
}

TEST(OrderWorth, AGainOfATwohundredthIsNone) {
  OrderWorth worth;
  EXPECT_EQ(pause_after(worth, .995), 8);
}

TEST(OrderWorth, OneLossAmongGainsIsForgiven) {
  OrderWorth worth;
  rounds_of(worth, 6, .8);
  rounds_of(worth, 1, 1.3);
  EXPECT_TRUE(worth.may_tell());
  rounds_of(worth, 1, .8);
  EXPECT_TRUE(worth.may_tell());
}

TEST(OrderWorth, LossesOneAfterTheOtherAreNot) {
  OrderWorth worth;
  rounds_of(worth, 20, .8);
  int told = 0;
  for (; told < 50 && worth.may_tell(); ++told) rounds_of(worth, 1, 1.05);
  EXPECT_GE(told, 3);
  EXPECT_LE(told, 8);
  EXPECT_FALSE(worth.may_try());
}

TEST(OrderWorth, PausesTwiceAsLongEachTimeUpTo64Rounds) {
  OrderWorth worth;
  for (const int pause : {8, 16, 32, 64, 64}) EXPECT_EQ(pause_after(worth, 1), pause);
}

TEST(OrderWorth, EightRoundsThatGainedMakeTheNextPauseAShortOne) {
  for (const int gained : {7, 8}) {
    OrderWorth worth;
    EXPECT_EQ(pause_after(worth, 1), 8);
    EXPECT_EQ(pause_after(worth, 1), 16);
    rounds_of(worth, gained, .8);
    EXPECT_TRUE(worth.may_tell());
    EXPECT_EQ(pause_after(worth, 5), gained == 8 ? 8 : 32);
    EXPECT_EQ(pause_after(worth, 1), gained == 8 ? 16 : 64);
  }
}

TEST(OrderWorth, AfterAPauseItBeginsAnew) {
  OrderWorth worth;
  rounds_of(worth, 8, .5);
  EXPECT_EQ(pause_after(worth, 100), 8);
  rounds_of(worth, 1, .5);
  EXPECT_FALSE(worth.may_tell());
  rounds_of(worth, 1, .5);
  EXPECT_TRUE(worth.may_tell());
}

TEST(OrderWorth, InTheMiddleOfAPauseItsStateSaysHowLongItLasts) {
  OrderWorth worth;
  EXPECT_EQ(pause_after(worth, 1), 8);
  worth.weigh(1);
  for (int k = 0; k < 6; ++k) worth.end_round();  // this round, and five of sixteen
  OrderWorth other;
  other.restore(worth.state());
  for (int k = 5; k < 16; ++k) {
    EXPECT_FALSE(other.may_try()) << k;
    other.end_round();
  }
  EXPECT_TRUE(other.may_try());
  EXPECT_EQ(pause_after(other, 1), 32);
}

RC_GTEST_PROP(OrderWorth, IsWhatItsStateSays, ()) {
  Random random = testing_cases::any_random();
  const double usual = .7 + .4 * random.uniform();
  OrderWorth worth;
  OrderWorth other;
  const std::size_t saved = test::any_between(0, 40);
  for (std::size_t round = 0; round < 120; ++round) {
    if (round == saved) other.restore(worth.state());
    const double cost = random.lognormal(usual, .1);
    const bool weighs = worth.may_tell() || worth.may_try();
    if (weighs) worth.weigh(cost);
    worth.end_round();
    if (round < saved) continue;
    if (weighs) other.weigh(cost);
    other.end_round();
    RC_ASSERT(other.may_tell() == worth.may_tell());
    RC_ASSERT(other.may_try() == worth.may_try());
  }
  RC_ASSERT(other.state() == worth.state());
}

}  // namespace
}  // namespace gleaner
