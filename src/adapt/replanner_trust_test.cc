// Whom it believes, for how long, and whether it tells orders at all.
#include <cmath>

#include <gtest/gtest.h>

#include "adapt/replanner.h"
#include "adapt/replanner_cases.h"

namespace gleaner {
namespace {

using testing_cases::kParts;
using testing_cases::kWorkers;
using testing_cases::ReplannerTest;

class ReplannerTrustTest : public ReplannerTest {
 protected:
  ReplannerTrustTest() { two_speeds(); }

  // In the plan's order, without skipping.
  [[nodiscard]] RoundReport end(double now) const {
    RoundReport r = report(now);
    for (std::uint32_t j = 0; j < kWorkers; ++j) {
      WorkerReport& w = r.workers[j];
      const auto did = std::min(w.order.size(), static_cast<std::size_t>(now / times_[j]));
      for (std::size_t k = 0; k < did; ++k) w.done.insert(w.order[k]);
      if (did == 0) continue;
      w.elapsed = times_[j];
      w.parts = kParts;
      w.in_hand = did < w.order.size() ? std::optional(w.order[did]) : std::nullopt;
      w.in_hand_for = now - static_cast<double>(did) * times_[j];
    }
    return r;
  }
  // It was told at 0.5, and nothing has been heard since but that the quick workers, all but the first `late`
  // of them, have finished a chunk after 1 s.
  [[nodiscard]] RoundReport check(double now, std::uint32_t late, const SlotOrders& orders) const {
    RoundReport r = report(.5);
    r.now = now;
    r.check = true;
    for (std::uint32_t j = 0; j < kWorkers; ++j) {
      WorkerReport& w = r.workers[j];
      if (!orders[j].empty()) w.order = orders[j];
      w.in_hand_for = now;
      if (times_[j] != 1 || j < 2 * late) continue;
      w.done.insert(*w.in_hand);
      w.elapsed = 1;
      w.parts = kParts;
      w.in_hand = *std::ranges::find_if(w.order, [&](Slot s) { return !w.done.contains(s); });
      w.in_hand_for = now - 1;
    }
    return r;
  }

  // Rounds that are all the same; `took` against `without` orders. Whether it told any.
  bool round(double took, double without, double messages = 0) {
    const auto d = replanner_->decide(report(.5));
    RoundReport last = end(3.6);
    last.messages = messages;
    replanner_->end_round(took, last, without);
    return d.orders.has_value();
  }
  void until_told() {
    for (int k = 0; k < 3; ++k) (void)round(2, 3);
  }
  [[nodiscard]] bool tells(Replanner& replanner) const {
    return replanner.decide(report(.5)).orders.has_value();
  }
  // Plays a round in which nobody is told anything. Whether orders were worked out in it, and weighed.
  bool tries(Replanner& replanner) {
    std::vector<double> before = worth(replanner);
    EXPECT_FALSE(tells(replanner));
    EXPECT_FALSE(replanner.has_told());
    replanner.end_round(3, end(3.6), 3);
    double& pause = before[3];
    pause = std::max(pause - 1, 0.0);
    return worth(replanner) != before;
  }
  bool tries() { return tries(*replanner_); }

 private:
  [[nodiscard]] static std::vector<double> worth(const Replanner& replanner) {
    const std::vector<double> state = replanner.state();
    return {state.end() - OrderWorth::kStateSize, state.end()};
  }
};

TEST_F(ReplannerTrustTest, WhoIsOverdueAtACheckIsNotCountedOnAnyMoreAndOthersGetOrders) {
  const auto told = replanner_->decide(report(.5));
  ASSERT_TRUE(told.orders.has_value());
  EXPECT_GE(told.check, 1.2);  // the quick ones should be done after 1 s
  EXPECT_LE(told.check, 1.3);
  const RoundReport r = check(told.check, 4, *told.orders);  // they are late, and have not lied yet
  const auto d = replanner_->decide(r);
  ASSERT_TRUE(d.orders.has_value());
  EXPECT_FALSE(d.fell_back);
  EXPECT_GT(d.until, 1.1 * told.until);
  const std::vector<double> times = replanner_->chunk_times(r);
  for (std::uint32_t j = 1; j < kWorkers; j += 2) {
    EXPECT_TRUE(replanner_->speeds().trusts(WorkerId(j))) << j;
    if (j < 8) {
      EXPECT_GE(times[j], 1.3 * r.now) << j;
    } else {
      EXPECT_EQ(times[j], 1) << j;
    }
  }
  EXPECT_TRUE(replanner_->has_told());
}

TEST_F(ReplannerTrustTest, WhoWasOverdueIsCountedOnAgainWhenItHasFinishedAChunk) {
  RoundReport r = report(.5);
  for (WorkerReport& w : r.workers) w.in_hand_for = w.elapsed;
  r.workers[1].in_hand_for = 1.6;  // it told .5 for 8 parts
  EXPECT_GT(replanner_->chunk_times(r)[1], 1.3 * 1.6);
  r.workers[1].done.insert(*r.workers[1].in_hand);
  r.workers[1].elapsed = 1.7;
  r.workers[1].parts = kParts;
  EXPECT_EQ(replanner_->chunk_times(r)[1], 1.7);
}

TEST_F(ReplannerTrustTest, ACheckThatFindsNobodyOverdueTellsNobodyAndIsFollowedByALaterOne) {
  const auto told = replanner_->decide(report(.5));
  ASSERT_TRUE(told.orders.has_value());
  const RoundReport r = check(told.check, 0, *told.orders);
  const auto d = replanner_->decide(r);
  EXPECT_FALSE(d.orders.has_value());
  EXPECT_EQ(d.until, told.until);
  EXPECT_EQ(d.listen_again, 0);
  EXPECT_GE(d.check, 1.25 * r.now);
  EXPECT_GE(d.check, 1.2 * 5);  // then a slow one
}

TEST_F(ReplannerTrustTest, WhoIsOverdueAlreadyIsNotCheckedAgain) {
  int no_matter = 0;
  for (std::uint32_t j = 1; j < kWorkers; j += 2) {
    Replanner replanner(plan_, {});
    const auto told = replanner.decide(report(.5));
    ASSERT_TRUE(told.orders.has_value());
    RoundReport r = check(1.6, 0, *told.orders);
    r.workers[j] = check(1.6, kWorkers, *told.orders).workers[j];
    const auto d = replanner.decide(r);
    if (d.orders) continue;
    EXPECT_GE(d.check, 1.2 * 5);
    ++no_matter;
  }
  EXPECT_GE(no_matter, 1);
}

TEST_F(ReplannerTrustTest, WhoWasOverdueBeginsTheNextRoundLikeAnybody) {
  const auto told = replanner_->decide(report(.5));
  ASSERT_TRUE(told.orders.has_value());
  const RoundReport r = check(1.6, 1, *told.orders);
  EXPECT_GT(replanner_->chunk_times(r)[1], 1.6);
  replanner_->end_round(3, r);
  EXPECT_NEAR(replanner_->chunk_times(report(.5))[1], 1, .07);
}

TEST_F(ReplannerTrustTest, WhoHangsAfterSomeChunksIsNotAboutToFinishTheNext) {
  RoundReport r = report(1.5);
  WorkerReport& w = r.workers[1];
  w.done.insert(w.order[0]);
  w.elapsed = .4;
  w.parts = kParts;
  w.in_hand = w.order[1];
  w.in_hand_for = .5;
  EXPECT_DOUBLE_EQ(replanner_->chunk_times(r)[1], .4);
  w.in_hand_for = 1.1;
  EXPECT_GE(replanner_->chunk_times(r)[1], 1.3 * 1.1);
}

TEST_F(ReplannerTrustTest, MessagesMayMakeAChunkLater) {
  const double soon = replanner_->decide(report(.5)).check;
  Replanner other(plan_, {});
  RoundReport r = report(.5);
  r.messages = 1;
  EXPECT_NEAR(other.decide(r).check, soon + 1.2 * kParts / (kParts - 1), .01);
}

TEST_F(ReplannerTrustTest, WithoutOrdersNobodyIsCountedOnAndNothingIsChecked) {
  times_.assign(kWorkers, 1);
  const auto d = replanner_->decide(report(.5));
  EXPECT_FALSE(d.orders.has_value());
  EXPECT_EQ(d.check, 0);
}

// Chunks of the slow workers that the plan can do without.
TEST_F(ReplannerTrustTest, WhatIsInHandIsDroppedWhereLittleOfItIsLostAndKeptElsewhere) {
  std::size_t dropped = 0;
  for (const double in_hand_for : {1.0, 1.5}) {
    Replanner replanner(plan_, {});
    RoundReport r = report(.5);
    r.now = 2;
    for (std::uint32_t j = 0; j < kWorkers; j += 2) r.workers[j].in_hand_for = in_hand_for;
    const auto d = replanner.decide(r);
    ASSERT_TRUE(d.orders.has_value());
    const bool little = in_hand_for == 1;  // a quarter of what is left is 1.33
    for (std::uint32_t j = 0; j < kWorkers; j += 2) {
      const std::vector<Slot>& order = (*d.orders)[j];
      const bool keeps = order.empty() || order.front() == *r.workers[j].in_hand;
      if (little) dropped += keeps ? 0 : 1;
      if (little) continue;
      EXPECT_TRUE(keeps) << j;
      EXPECT_LE(order.size(), 4U);  // and is not in it twice
    }
  }
  EXPECT_GE(dropped, 3U);
}

TEST_F(ReplannerTrustTest, NothingIsDroppedOfWhichNobodyKnowsHowMuchIsDone) {
  until_told();
  const auto keeps = [&](const RoundReport& r, std::size_t j) {
    Replanner replanner(plan_, {});
    EXPECT_TRUE(replanner.restore(replanner_->state()));
    const auto d = replanner.decide(r);
    EXPECT_TRUE(d.orders.has_value()) << j;
    return !d.orders || (*d.orders)[j].empty() || (*d.orders)[j].front() == *r.workers[j].in_hand;
  };
  for (const std::size_t j : {0, 2}) {
    RoundReport r = report(.5);
    EXPECT_FALSE(keeps(r, j)) << j;
    r.workers[j].elapsed = .05;  // at 3 parts after 50 ms it would be far quicker than in the rounds before
    r.workers[j].parts = 3;
    EXPECT_TRUE(keeps(r, j)) << j;
  }
}

TEST_F(ReplannerTrustTest, WhoClaimsToBeFarQuickerThanBeforeIsNotBelievedUntilItHasFinishedAChunk) {
  replanner_->end_round(20, end(20));
  replanner_->end_round(20, end(20));
  ASSERT_NEAR(*replanner_->speeds().expected(WorkerId(0)), 5, 1e-9);
  RoundReport r = report(.5);
  r.workers[0].parts = 6;  // 1.2 to 1.33 s for a chunk
  EXPECT_DOUBLE_EQ(replanner_->chunk_times(r)[0], 5);
  r.workers[0].parts = 4;  // 1.6 to 2: may be
  EXPECT_NEAR(replanner_->chunk_times(r)[0], 1.8, .03);
  r.workers[0].parts = kParts;
  r.workers[0].done.insert(*r.workers[0].in_hand);
  EXPECT_EQ(replanner_->chunk_times(r)[0], .5);
}

TEST_F(ReplannerTrustTest, OrdersAreToldInTheFirstRoundThenTriedUntilTheyHaveGainedTwiceThenTold) {
  EXPECT_TRUE(round(2, 3));  // nothing is known that speaks against it
  EXPECT_TRUE(tries());
  EXPECT_TRUE(tries());
  for (int k = 0; k < 30; ++k) EXPECT_TRUE(round(2, 3)) << k;
}

TEST_F(ReplannerTrustTest, OrdersAreTriedOnceInARound) {
  (void)round(2, 3);
  times_.assign(kWorkers, 1);
  const RoundReport equal = report(.5);
  EXPECT_LT(replanner_->decide(equal).until, WorkerState::kNever);
  two_speeds();
  EXPECT_FALSE(tells(*replanner_));  // tries
  EXPECT_EQ(replanner_->decide(equal).until, WorkerState::kNever);
  EXPECT_TRUE(tries());
}

TEST_F(ReplannerTrustTest, WhereRoundsWithOrdersTakeAsLongAsWithoutItStopsTellingThem) {
  until_told();
  int told = 0;
  while (told < 50 && round(2, 2)) ++told;
  EXPECT_GE(told, 2);  // one slow round is none
  EXPECT_LE(told, 15);
  for (int k = 1; k < 8; ++k) EXPECT_FALSE(tries()) << k;
  EXPECT_TRUE(tries());
}

TEST_F(ReplannerTrustTest, TheWayOfMessagesIsNoLossAndNothingFollowsFromAnUnknownTimeWithoutOrders) {
  until_told();
  for (int k = 0; k < 20; ++k) EXPECT_TRUE(round(2.4, 2, .5)) << k;
  for (int k = 0; k < 20; ++k) EXPECT_TRUE(round(9, WorkerState::kNever)) << k;
  int told = 0;
  for (; told < 50 && round(2.4, 2); ++told) (void)round(9, WorkerState::kNever);
  EXPECT_LT(told, 15);
}

// By what is told half of the workers are five times as quick as the others; in truth all are equal.
TEST_F(ReplannerTrustTest, OrdersThatWouldNotHaveGainedAtTheSpeedsThatWereShownAreNeverTold) {
  (void)round(2, 3);
  const auto lies = [&] {
    EXPECT_FALSE(tells(*replanner_));
    times_.assign(kWorkers, 1.6);
    replanner_->end_round(3.2, end(2), 3.2);
    times_.assign(kWorkers, 1);
    two_speeds();
  };
  lies();
  for (int k = 0; k < 8; ++k) EXPECT_FALSE(tries()) << k;
  lies();
  for (int k = 0; k < 16; ++k) EXPECT_FALSE(tries()) << k;
  EXPECT_TRUE(tries());
}

class SurprisedReplannerTest : public ReplannerTrustTest {
 protected:
  SurprisedReplannerTest() { until_told(); }

  // The quick workers told 1 to 1.14 s for a chunk, and those that they did then took so long.
  bool surprising_round(double chunk) {
    const bool told = tells(*replanner_);
    RoundReport last = end(3.6);
    for (std::uint32_t j = 1; j < kWorkers; j += 2) last.workers[j].elapsed = chunk;
    replanner_->end_round(2, last, 3);
    return told;
  }
};

TEST_F(SurprisedReplannerTest, ChunksThatMissWhatTheirWorkersHadShownForSomeRoundsEndTheOrders) {
  const std::vector<double> before = replanner_->state();
  for (const double chunk : {1.6, .7}) {
    ASSERT_TRUE(replanner_->restore(before));
    int told = 0;
    while (told < 50 && surprising_round(chunk)) ++told;
    EXPECT_GE(told, 2) << chunk;
    EXPECT_LE(told, 5) << chunk;
    int missing = 0;
    while (missing < 50 && !surprising_round(1.1)) ++missing;  // as told: the surprise is forgotten
    EXPECT_GE(missing, 1) << chunk;
    EXPECT_LE(missing, 6) << chunk;
  }
}

TEST_F(SurprisedReplannerTest, AChunkThatWasBegunBeforeTheFirstPlanIsNoSurprise) {
  for (int k = 0; k < 20; ++k) {
    EXPECT_TRUE(tells(*replanner_)) << k;
    RoundReport last = end(1.7);  // everybody quick has finished one
    for (std::uint32_t j = 1; j < kWorkers; j += 2) last.workers[j].elapsed = 1.65;
    replanner_->end_round(2, last, 3);
  }
}

TEST_F(SurprisedReplannerTest, ItsSurpriseIsInItsState) {
  int told = 0;
  while (told < 50 && surprising_round(1.6)) ++told;
  Replanner other(plan_, {});
  ASSERT_TRUE(other.restore(replanner_->state()));
  EXPECT_FALSE(tells(other));
}

TEST_F(ReplannerTrustTest, ARoundThatTakesAThousandTimesAsLongMovesListeningByNoMoreThanAFifth) {
  replanner_->end_round(2, end(3.6));
  const double before = replanner_->listen_after();
  replanner_->end_round(2000, end(3.6));
  EXPECT_GT(replanner_->listen_after(), 1.1 * before);
  EXPECT_LE(replanner_->listen_after(), 1.2 * before * (1 + 1e-12));
  replanner_->end_round(1e-3, end(3.6));
  EXPECT_GE(replanner_->listen_after(), .9 * before);
}

TEST_F(ReplannerTrustTest, WhatOrdersAreWorthIsInItsState) {
  until_told();
  Replanner telling(plan_, {});
  ASSERT_TRUE(telling.restore(replanner_->state()));
  EXPECT_TRUE(tells(telling));
  int told = 0;
  while (told < 50 && round(2, 2)) ++told;
  Replanner pausing(plan_, {});
  ASSERT_TRUE(pausing.restore(replanner_->state()));
  for (int k = 1; k < 8; ++k) EXPECT_FALSE(tries(pausing)) << k;
  EXPECT_TRUE(tries(pausing));
  Replanner once_more(plan_, {});  // the second of two trials
  ASSERT_TRUE(once_more.restore(pausing.state()));
  EXPECT_TRUE(tries(once_more));
  EXPECT_TRUE(tells(once_more));
}

}  // namespace
}  // namespace gleaner
