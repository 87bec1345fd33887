#include "adapt/speed_book.h"

#include <cmath>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "coding/test_cases.h"
#include "support/draws.h"

namespace gleaner {
namespace {

constexpr WorkerId kFirst{0};
constexpr WorkerId kSecond{1};
constexpr double kRounding = 1e-12;
using Seen = std::vector<std::optional<SpeedRange>>;

SpeedRange exactly(double s) { return {s, s}; }
SpeedRange above(double s) { return {s, std::numeric_limits<double>::infinity()}; }

SpeedBook book_of(const std::vector<Seen>& rounds) {
  SpeedBook book(rounds.front().size());
  for (const Seen& seen : rounds) book.add_round(seen);
  return book;
}

// A worker that takes s for a chunk has done floor(t / s parts) parts by t.
RC_GTEST_PROP(RangeOf, HoldsTheChunkTimeAndIsNoWiderThanThePartsAllow, ()) {
  Random random = testing_cases::any_random();
  const double s = 0.01 + random.exponential(1);
  const double elapsed = s * (0.001 + 0.99 * random.uniform());
  const auto parts = static_cast<unsigned>(test::any_between(1, 20));
  const auto done = static_cast<unsigned>(elapsed / s * parts);
  const SpeedRange range = range_of(elapsed, done, parts);
  RC_ASSERT(range.least <= s * (1 + kRounding));
  RC_ASSERT(range.most >= s * (1 - kRounding));
  RC_ASSERT(range.is_open() == (done == 0));
  if (done > 0) RC_ASSERT(range.most / range.least <= (done + 1.0) / done * (1 + kRounding));
  RC_ASSERT(range.least < range.middle());
  RC_ASSERT(range.middle() < range.most);
}

TEST(RangeOf, AFinishedChunkSaysItExactly) {
  EXPECT_TRUE(range_of(2.5, 16, 16).is_exact());
  EXPECT_EQ(range_of(2.5, 16, 16).middle(), 2.5);
  EXPECT_EQ(range_of(1, 0, 16).least, 16);
  EXPECT_EQ(range_of(1, 0, 16).middle(), 32);
  EXPECT_DOUBLE_EQ((SpeedRange{2, 6}).middle(), 3);  // a speed of 1/3 is the mean of 1/2 and 1/6
}

TEST(SpeedBook, KnowsNothingAtFirst) {
  const SpeedBook book(2);
  EXPECT_FALSE(book.expected(kFirst).has_value());
  EXPECT_TRUE(book.trusts(kFirst));
  EXPECT_TRUE(std::isinf(book.drift()));
  EXPECT_EQ(book.guess(kFirst, {2, 6}), SpeedRange({2, 6}).middle());
}

TEST(SpeedBook, AveragesTheLogarithmWithTheLatestRoundAtThirtyPercent) {
  const SpeedBook book = book_of({{exactly(2), {}}, {exactly(3), {}}, {{}, exactly(7)}});
  EXPECT_NEAR(*book.expected(kFirst), 2 * std::pow(1.5, .3), kRounding);
  EXPECT_NEAR(*book.expected(kSecond), 7, kRounding);
}

TEST(SpeedBook, AJumpBeginsAnew) {
  EXPECT_NEAR(*book_of({{exactly(1)}, {exactly(2)}}).expected(kFirst), std::pow(2, .3), kRounding);
  EXPECT_NEAR(*book_of({{exactly(1)}, {exactly(2.1)}}).expected(kFirst), 2.1, kRounding);
  EXPECT_NEAR(*book_of({{exactly(5)}, {exactly(.1)}}).expected(kFirst), .1, kRounding);
}

TEST(SpeedBook, WhoHasFinishedNothingIsSlowerThanThat) {
  EXPECT_NEAR(*book_of({{exactly(1)}, {above(4)}}).expected(kFirst), 4, kRounding);
  EXPECT_NEAR(*book_of({{exactly(5)}, {above(4)}}).expected(kFirst), 5, kRounding);
  EXPECT_FALSE(book_of({{above(4)}}).expected(kFirst).has_value());
}

TEST(SpeedBook, DriftIsHowFarRoundsAreFromWhatWasExpected) {
  EXPECT_TRUE(std::isinf(book_of({{exactly(1), exactly(2)}}).drift()));
  EXPECT_EQ(book_of({{exactly(1), exactly(2)}, {exactly(1), exactly(2)}}).drift(), 0);
  EXPECT_NEAR(book_of({{exactly(1), exactly(2)}, {exactly(1.5), exactly(2)}}).drift(), std::log(1.5) / 2,
              kRounding);
  EXPECT_NEAR(book_of({{exactly(1)}, {exactly(1.5)}, {exactly(std::pow(1.5, .3))}}).drift(),
              .8 * std::log(1.5), kRounding);
  EXPECT_NEAR(book_of({{exactly(1)}, {above(4)}}).drift(), std::log(4), kRounding);
}

TEST(SpeedBook, GuessesWhatItKnowsWhereTheRangeSaysLess) {
  const SpeedBook steady = book_of({{exactly(3)}, {exactly(3)}});
  EXPECT_NEAR(steady.guess(kFirst, {2, 6}), 3, kRounding);
  EXPECT_NEAR(steady.guess(kFirst, above(2)), 3, kRounding);
  EXPECT_DOUBLE_EQ(steady.guess(kFirst, {4, 12}), 6);  // it is slower this time
  EXPECT_DOUBLE_EQ(steady.guess(kFirst, {1, 1.5}), 1.2);
  EXPECT_EQ(steady.guess(kFirst, exactly(2.9)), 2.9);
  const SpeedBook wild = book_of({{exactly(3)}, {exactly(30)}, {exactly(3)}});
  EXPECT_DOUBLE_EQ(wild.guess(kFirst, {2, 6}), 3);
  EXPECT_DOUBLE_EQ(wild.guess(kFirst, {2.8, 6}), 2 / (1 / 2.8 + 1 / 6.0));
}

TEST(SpeedBook, WhatALiarHasTaughtIsForgottenAndItIsNotTrustedForEightRounds) {
  SpeedBook book = book_of({{exactly(3), exactly(2)}, {exactly(3), exactly(2)}});
  book.distrust(kFirst);
  EXPECT_FALSE(book.expected(kFirst).has_value());
  EXPECT_NEAR(*book.expected(kSecond), 2, kRounding);
  for (int round = 0; round < 8; ++round) {
    EXPECT_FALSE(book.trusts(kFirst)) << round;
    book.add_round(Seen{exactly(5), {}});
  }
  EXPECT_TRUE(book.trusts(kFirst));
  EXPECT_NEAR(*book.expected(kFirst), 5, kRounding);
  book.distrust(kSecond);
  book.add_round(Seen{{}, exactly(7)});
  book.distrust(kSecond);  // what was learned since it was found out stays
  EXPECT_NEAR(*book.expected(kSecond), 7, kRounding);
}

TEST(SpeedBook, DoubtsWhoClaimsToBeThreeTimesAsQuickWhereRoundsHardlyDrift) {
  const SpeedBook book = book_of({{exactly(10)}, {exactly(10)}});
  EXPECT_FALSE(book.doubts(kFirst, {3, 3.34}));
  EXPECT_TRUE(book.doubts(kFirst, {3, 3.33}));
  EXPECT_TRUE(book.doubts(kFirst, {1e-9, 1e-8}));
  EXPECT_FALSE(book.doubts(kFirst, {3, 6}));
  EXPECT_FALSE(book.doubts(kFirst, {100, 200}));  // slower: nobody gains by saying so
  EXPECT_FALSE(book.doubts(kFirst, above(1e-9)));
}

TEST(SpeedBook, DoubtsLessTheFurtherRoundsDrift) {
  const SpeedBook book = book_of({{exactly(1)}, {exactly(std::exp(.6))}});
  const double most = *book.expected(kFirst) / std::exp(4 * .6);
  EXPECT_FALSE(book.doubts(kFirst, {most / 2, 1.001 * most}));
  EXPECT_TRUE(book.doubts(kFirst, {most / 2, .999 * most}));
}

TEST(SpeedBook, DoubtsByTheDriftOfMostWorkersAndNotOfOne) {
  const SpeedBook book =
      book_of({{exactly(10), exactly(10), exactly(10)}, {exactly(10), exactly(1e4), exactly(10)}});
  EXPECT_TRUE(book.doubts(kFirst, {3, 3.33}));
  EXPECT_FALSE(book.doubts(kFirst, {3, 3.34}));
}

TEST(SpeedBook, BeforeTheSecondRoundRoundsMayDriftByAHalf) {
  const SpeedBook book = book_of({{exactly(10)}});
  EXPECT_FALSE(book.doubts(kFirst, {.1, 1.001 * 10 / std::exp(2)}));
  EXPECT_TRUE(book.doubts(kFirst, {.1, .999 * 10 / std::exp(2)}));
}

TEST(SpeedBook, DoubtsNoFinishedChunkAndNobodyThatItDoesNotKnow) {
  const SpeedBook book = book_of({{exactly(10), {}}, {exactly(10), {}}});
  EXPECT_FALSE(book.doubts(kFirst, exactly(1e-3)));
  EXPECT_FALSE(book.doubts(kSecond, {1e-4, 1e-3}));
}

TEST(SpeedBook, WhatItDoubtsIsInItsState) {
  const SpeedBook book = book_of(
      {{exactly(1), exactly(1), exactly(1)}, {exactly(std::exp(.6)), exactly(std::exp(.6)), exactly(1e6)}});
  SpeedBook other(3);
  const std::vector<double> state = book.state();
  EXPECT_EQ(state.size(), 2U + 2 * 3);
  ASSERT_TRUE(other.restore(state));
  const double most = *book.expected(kFirst) / std::exp(4 * .6);
  EXPECT_FALSE(other.doubts(kFirst, {most / 2, 1.001 * most}));
  EXPECT_TRUE(other.doubts(kFirst, {most / 2, .999 * most}));
  EXPECT_EQ(other.drift(), book.drift());
  EXPECT_FALSE(other.restore(std::span(state).first(state.size() - 1)));
}

RC_GTEST_PROP(SpeedBook, IsWhatItsStateSays, ()) {
  Random random = testing_cases::any_random();
  const std::size_t workers = test::any_between(1, 5);
  const auto any_round = [&] {
    Seen seen(workers);
    for (auto& range : seen) {
      if (random.below(3) > 0)
        range = range_of(random.exponential(1), static_cast<unsigned>(random.below(17)), 16);
    }
    return seen;
  };
  SpeedBook book(workers);
  for (std::size_t rounds = test::any_between(0, 6); rounds > 0; --rounds) {
    book.add_round(any_round());
    if (random.below(2) == 0) book.distrust(WorkerId(static_cast<std::uint32_t>(random.below(workers))));
  }
  SpeedBook other(workers);
  RC_ASSERT(other.restore(book.state()));
  const Seen next = any_round();
  for (int k = 0; k < 2; ++k) {
    for (std::uint32_t j = 0; j < workers; ++j) {
      RC_ASSERT(other.expected(WorkerId(j)) == book.expected(WorkerId(j)));
      RC_ASSERT(other.trusts(WorkerId(j)) == book.trusts(WorkerId(j)));
      RC_ASSERT(other.guess(WorkerId(j), {.5, 2}) == book.guess(WorkerId(j), {.5, 2}));
      RC_ASSERT(other.doubts(WorkerId(j), {.1, .2}) == book.doubts(WorkerId(j), {.1, .2}));
    }
    RC_ASSERT(other.drift() == book.drift());
    book.add_round(next);
    other.add_round(next);
  }
  RC_ASSERT(!SpeedBook(workers + 1).restore(book.state()));
}

}  // namespace
}  // namespace gleaner
