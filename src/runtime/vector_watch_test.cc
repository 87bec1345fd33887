#include "runtime/vector_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gleaner {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

Time at(Duration d) { return Time(d); }
Peer peer(std::uint32_t worker) { return {WorkerId(worker), Incarnation(1)}; }
Ticket ticket(std::uint32_t epoch = 1) { return {{Term(1), RoundId(1)}, Epoch(epoch)}; }

// 1 s of computing; two vectors of 10 segments; that of worker 0 takes 1 s. C = 2 s.
VectorWatch two_vectors() {
  VectorWatch watch(milliseconds(100));
  watch.round_begins(at(seconds(0)));
  watch.signalled(peer(0), ticket(), 0, 10, at(seconds(1)));
  watch.signalled(peer(1), ticket(), 0, 10, at(seconds(1)));
  for (int k = 0; k < 10; ++k) watch.segment(peer(0), ticket(), at(seconds(2)));
  return watch;
}

TEST(VectorWatch, NothingIsLateBeforeTwiceTheCost) {
  VectorWatch watch = two_vectors();
  EXPECT_TRUE(watch.late(at(milliseconds(4999))).empty());
  const auto late = watch.late(at(seconds(5)));
  ASSERT_EQ(late.size(), 1U);
  EXPECT_EQ(late[0].peer, peer(1));
  EXPECT_THAT(late[0].why, testing::HasSubstr("0 of 10 segments"));
}

// Half of it is there after 4.5 s: the other half needs as long, more than 2 C. With nine tenths it is waited
// for.
TEST(VectorWatch, WhatIsNearlyHereIsWaitedFor) {
  VectorWatch watch = two_vectors();
  for (int k = 0; k < 5; ++k) watch.segment(peer(1), ticket(), at(seconds(5)));
  EXPECT_EQ(watch.late(at(milliseconds(5500))).size(), 1U);
  for (int k = 0; k < 4; ++k) watch.segment(peer(1), ticket(), at(seconds(6)));
  EXPECT_TRUE(watch.late(at(seconds(7))).empty());
}

TEST(VectorWatch, WhereNobodyIsAheadThereIsNothingToCompareWith) {
  VectorWatch watch(milliseconds(100));
  watch.round_begins(at(seconds(0)));
  watch.signalled(peer(0), ticket(), 0, 1, at(seconds(1)));
  EXPECT_TRUE(watch.late(at(seconds(100))).empty());
}

// The others have sent what their credits allow, at 0.1 s a segment, and wait for worker 1: they are not
// late.
TEST(VectorWatch, WhoIsHeldUpIsNotLateAndTellsWhatAVectorTakes) {
  VectorWatch watch(milliseconds(100));
  watch.round_begins(at(seconds(0)));
  for (std::uint32_t w = 0; w < 3; ++w) watch.signalled(peer(w), ticket(), 0, 10, at(seconds(1)));
  for (int k = 1; k <= 5; ++k) {
    watch.segment(peer(0), ticket(), at(seconds(1) + milliseconds(100) * k));
    watch.segment(peer(2), ticket(), at(seconds(1) + milliseconds(100) * k));
  }
  watch.segment(peer(1), ticket(), at(milliseconds(1100)));
  EXPECT_TRUE(watch.late(at(milliseconds(4999))).empty());  // C = 1 s + 1 s
  const auto late = watch.late(at(seconds(5)));
  ASSERT_EQ(late.size(), 1U);
  EXPECT_EQ(late[0].peer, peer(1));
  EXPECT_THAT(late[0].why,
              testing::HasSubstr("1 of 10 segments in 4.00 s, where to do without it takes 2.00 s"));
}

TEST(VectorWatch, ANewTicketBeginsAnew) {
  VectorWatch watch = two_vectors();
  watch.signalled(peer(1), ticket(2), 0, 3, at(seconds(5)));
  watch.segment(peer(1), ticket(1), at(seconds(5)));  // of the old one
  EXPECT_TRUE(watch.late(at(seconds(8))).empty());
  EXPECT_THAT(watch.late(at(seconds(10))).at(0).why, testing::HasSubstr("0 of 3 segments"));
}

TEST(VectorWatch, HiccupsAreNotLate) {
  VectorWatch watch(milliseconds(100));
  watch.round_begins(at(seconds(0)));
  watch.signalled(peer(0), ticket(), 0, 1, at(milliseconds(1)));
  watch.signalled(peer(1), ticket(), 0, 1, at(milliseconds(1)));
  watch.segment(peer(0), ticket(), at(milliseconds(2)));
  EXPECT_TRUE(watch.late(at(milliseconds(190))).empty());
  EXPECT_FALSE(watch.late(at(milliseconds(210))).empty());
}

// The third has sent what its credits allow. The first is left out; then the second is what it waits for.
VectorWatch two_slow() {
  VectorWatch watch(milliseconds(100));
  watch.round_begins(at(seconds(0)));
  for (std::uint32_t w = 0; w < 3; ++w) watch.signalled(peer(w), ticket(), 0, 10, at(seconds(1)));
  watch.segment(peer(1), ticket(), at(milliseconds(1100)));
  for (int k = 1; k <= 5; ++k) watch.segment(peer(2), ticket(), at(seconds(1) + milliseconds(100) * k));
  return watch;  // C = 1 s + 1 s
}

TEST(VectorWatch, OfTwoSlowOnesTheSecondIsLateOnceTheFirstIsLeftOut) {
  VectorWatch watch = two_slow();
  ASSERT_EQ(watch.late(at(seconds(5))).size(), 1U);
  EXPECT_EQ(watch.late(at(seconds(5)))[0].peer, peer(0));
  watch.forget(WorkerId(0));
  watch.combines(at(seconds(6)));
  EXPECT_TRUE(watch.late(at(milliseconds(9999))).empty());
  const auto late = watch.late(at(seconds(10)));
  ASSERT_EQ(late.size(), 1U);
  EXPECT_EQ(late[0].peer, peer(1));
  EXPECT_THAT(late[0].why,
              testing::HasSubstr("0 of 9 segments in 4.00 s, where to do without it takes 2.00 s"));
}

// The round cannot do without the first: whoever waits for it is not late.
TEST(VectorWatch, WhoseLatenessIsNotActedOnStillHoldsUpTheOthers) {
  const VectorWatch watch = two_slow();
  for (int s = 5; s < 100; ++s) {
    const auto late = watch.late(at(seconds(s)));
    ASSERT_EQ(late.size(), 1U);
    EXPECT_EQ(late[0].peer, peer(0));
  }
}

// Computing takes 0.2 s, a vector 10 s. When a third is lost nine tenths of one are there, and half of
// another: that the rest of the first takes 1 s does not make the second late.
TEST(VectorWatch, TheRestOfAVectorIsNotTakenForAWholeOne) {
  VectorWatch watch(milliseconds(100));
  watch.round_begins(at(seconds(0)));
  const Duration signal = milliseconds(200);
  for (std::uint32_t w = 0; w < 3; ++w) watch.signalled(peer(w), ticket(), 0, 10, at(signal));
  for (int k = 1; k <= 9; ++k) watch.segment(peer(0), ticket(), at(signal + seconds(k)));
  for (int k = 1; k <= 5; ++k) watch.segment(peer(1), ticket(), at(signal + seconds(2 * k)));
  watch.forget(WorkerId(2));
  const Time anew = at(seconds(11));
  watch.combines(anew);
  watch.segment(peer(0), ticket(), anew + seconds(1));
  watch.segment(peer(1), ticket(), anew + seconds(2));
  for (int k = 3; k < 12; ++k) EXPECT_TRUE(watch.late(anew + seconds(k)).empty()) << k;
}

// Those that remain have stood still since their credits were used up, and until chunks were computed again.
TEST(VectorWatch, WhoWasHeldUpByALossIsMeasuredAnew) {
  VectorWatch watch = two_slow();
  watch.forget(WorkerId(0));
  EXPECT_TRUE(watch.late(at(seconds(60))).empty());
  watch.combines(at(seconds(60)));
  EXPECT_TRUE(watch.late(at(milliseconds(63999))).empty());
  EXPECT_EQ(watch.late(at(seconds(64))).size(), 1U);
}

TEST(VectorWatch, AfterALossWhoIsSlowIsStillFound) {
  VectorWatch watch = two_vectors();
  watch.signalled(peer(2), ticket(), 0, 10, at(seconds(1)));  // lost before its first segment
  watch.segment(peer(1), ticket(), at(seconds(2)));
  watch.forget(WorkerId(2));
  watch.combines(at(seconds(3)));
  EXPECT_TRUE(watch.late(at(milliseconds(6999))).empty());
  ASSERT_EQ(watch.late(at(seconds(7))).size(), 1U);
  EXPECT_EQ(watch.late(at(seconds(7)))[0].peer, peer(1));
}

TEST(VectorWatch, ARoundForgetsTheOneBefore) {
  VectorWatch watch = two_vectors();
  watch.round_begins(at(seconds(5)));
  EXPECT_TRUE(watch.late(at(seconds(50))).empty());
}

}  // namespace
}  // namespace gleaner
