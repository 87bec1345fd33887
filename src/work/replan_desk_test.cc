#include "work/replan_desk.h"

#include <cmath>

#include <gtest/gtest.h>

namespace gleaner {
namespace {

using std::chrono::milliseconds;

constexpr std::uint32_t kWorkers = 24;
constexpr Time kBegan{std::chrono::seconds(100)};

std::shared_ptr<const Plan> some_plan() {
  const Assignment a = Assignment::regular_graph(kWorkers, kWorkers, 4, 7).value();
  return std::make_shared<const Plan>(
      Plan::make(Method::partial, a, Ordering::optimal(a), Frame::gaussian(kWorkers, 2, 1)).value());
}

ServerOptions replans() {
  ServerOptions options;
  options.policy = Policy::replan;
  return options;
}

class ReplanDeskTest : public testing::Test {
 protected:
  // Every other worker needs 50 ms for a chunk, the others 10; `now` after the round began.
  RoundKnowledge knowledge(Duration now) const {
    RoundKnowledge known;
    known.stamp = {Term(2), RoundId(7)};
    known.began = kBegan;
    for (std::uint32_t j = 0; j < kWorkers; ++j) {
      RoundKnowledge::Worker w;
      w.works = true;
      const Duration chunk = milliseconds(j % 2 == 0 ? 50 : 10);
      const auto order = plan_->ordering().of(WorkerId(j));
      const auto did = std::min(order.size(), static_cast<std::size_t>(now / chunk));
      for (std::size_t k = 0; k < did; ++k) w.done.insert(order[k]);
      w.pace = did > 0 ? Pace{chunk, kChunkParts}
                       : Pace{now, static_cast<std::uint8_t>(kChunkParts * now / chunk)};
      if (did < order.size()) w.in_hand = order[did];
      w.in_hand_since = kBegan + static_cast<std::int64_t>(did) * chunk;
      known.workers.push_back(w);
    }
    return known;
  }
  static Replan question(RoundKnowledge known) {
    return {41, false, false, std::make_shared<const RoundKnowledge>(std::move(known))};
  }
  static RoundShown shown(RoundKnowledge known) {
    return {std::make_shared<const RoundKnowledge>(std::move(known))};
  }

  std::shared_ptr<const Plan> plan_ = some_plan();
  ReplanDesk desk_{plan_, replans(), Duration::zero()};
};

TEST(ReplanDesk, IsNeededWhereOrdersAreLearnedOrMade) {
  ServerOptions options;
  EXPECT_FALSE(ReplanDesk::is_needed(options));
  options.policy = Policy::skip;
  EXPECT_FALSE(ReplanDesk::is_needed(options));
  options.learn_orders = true;
  EXPECT_TRUE(ReplanDesk::is_needed(options));
  EXPECT_TRUE(ReplanDesk::is_needed(replans()));
}

TEST_F(ReplanDeskTest, TheFirstRoundHasThePlansOrderAndListensAtTheFirstWord) {
  const BeginRound first = desk_.begin_round(RoundId(1));
  EXPECT_EQ(first.round, RoundId(1));
  EXPECT_EQ(first.listen_after, Duration::zero());
  EXPECT_TRUE(first.orders.empty());
}

TEST_F(ReplanDeskTest, AnswersWithTheStampAndSerialOfTheQuestion) {
  const OrdersReady ready = desk_.answer(kBegan + milliseconds(5), question(knowledge(milliseconds(5))));
  EXPECT_EQ(ready.stamp, (Stamp{Term(2), RoundId(7)}));
  EXPECT_EQ(ready.serial, 41U);
  ASSERT_EQ(ready.orders.size(), kWorkers);
  std::size_t told = 0;
  for (std::uint32_t j = 0; j < kWorkers; ++j) {
    if (!ready.orders[j]) continue;
    ++told;
    EXPECT_EQ(ready.orders[j]->size(), 4U) << j;
    const auto own = plan_->ordering().of(WorkerId(j));
    EXPECT_NE(*ready.orders[j], std::vector<Slot>(own.begin(), own.end())) << j;
  }
  EXPECT_GT(told, 0U);
  // The twelve quick workers do four of the 48 copies each at most, in 40 ms; the slow ones one in 50. Speeds
  // are known to a sixteenth of a chunk.
  EXPECT_GE(ready.until, milliseconds(35));
  EXPECT_LE(ready.until, milliseconds(110));
  EXPECT_FALSE(ready.fell_back);
}

TEST_F(ReplanDeskTest, WhoFollowsTheOrderAlreadyIsNotTold) {
  RoundKnowledge known = knowledge(milliseconds(5));
  const OrdersReady ready = desk_.answer(kBegan + milliseconds(5), question(known));
  for (std::uint32_t j = 0; j < kWorkers; ++j) known.workers[j].order = ready.orders.at(j);
  EXPECT_TRUE(desk_.answer(kBegan + milliseconds(5), question(known)).orders.empty());
}

TEST_F(ReplanDeskTest, LearnsWhenToListen) {
  desk_.learn(kBegan + milliseconds(40), shown(knowledge(milliseconds(40))));
  const Duration after = desk_.begin_round(RoundId(2)).listen_after;
  EXPECT_NEAR(seconds(after), .9 * .04 / kChunkParts, 1e-9);
}

// What the server itself has seen of everybody is that a report came `now` after it was sent the round.
TEST_F(ReplanDeskTest, APaceLongerThanTheRoundReachesThePlannerAsTheTimeSinceItsStart) {
  const Duration now = milliseconds(5);
  RoundKnowledge known = knowledge(now);
  for (RoundKnowledge::Worker& w : known.workers) {
    w.seen = {kBegan + now, kBegan, kBegan};
    w.seen.messages = Duration::zero();
  }
  const OrdersReady honest = desk_.answer(kBegan + now, question(known));
  for (std::uint32_t j = 1; j < kWorkers; j += 4) known.workers[j].pace.elapsed = 1000 * now;
  ReplanDesk other(plan_, replans(), Duration::zero());
  const OrdersReady lied = other.answer(kBegan + now, question(known));
  EXPECT_EQ(lied.until, honest.until);
  ASSERT_EQ(honest.orders.size(), kWorkers);
  ASSERT_EQ(lied.orders.size(), kWorkers);
  for (std::uint32_t j = 0; j < kWorkers; ++j) {
    ASSERT_EQ(lied.orders[j] == nullptr, honest.orders[j] == nullptr) << j;
    if (!lied.orders[j]) continue;
    EXPECT_EQ(*lied.orders[j], *honest.orders[j]) << j;
  }
}

// In what the round has shown, as well: chunks took 10 and 50 ms, whatever their workers say.
TEST_F(ReplanDeskTest, WhatIsLearnedIsWhatWasSeen) {
  RoundKnowledge known = knowledge(milliseconds(100));
  for (std::uint32_t j = 0; j < kWorkers; ++j) {
    RoundKnowledge::Worker& w = known.workers[j];
    const Time end = kBegan + milliseconds(100);
    w.seen = {end, end, end, w.pace.elapsed, w.pace.elapsed};
  }
  desk_.learn(kBegan + milliseconds(100), shown(known));
  const std::vector<double> learned = desk_.state();
  for (RoundKnowledge::Worker& w : known.workers) w.pace.elapsed *= 1000;
  ReplanDesk other(plan_, replans(), Duration::zero());
  other.learn(kBegan + milliseconds(100), shown(known));
  const std::vector<double> as_well = other.state();
  ASSERT_EQ(as_well.size(), learned.size());
  for (std::size_t k = 0; k < learned.size(); ++k) {
    if (!std::isfinite(learned[k])) continue;  // no second round yet
    EXPECT_EQ(as_well[k], learned[k]) << k;
  }
}

TEST_F(ReplanDeskTest, AtACheckItSaysWhenTheNextOneIsAndTellsNobodyWhereNobodyIsOverdue) {
  const OrdersReady told = desk_.answer(kBegan + milliseconds(5), question(knowledge(milliseconds(5))));
  ASSERT_FALSE(told.orders.empty());
  EXPECT_GT(told.check, milliseconds(11));  // some chunks should be done after 10 ms
  EXPECT_LT(told.check, milliseconds(14));
  RoundKnowledge known = knowledge(milliseconds(5));
  for (std::uint32_t j = 0; j < kWorkers; ++j) known.workers[j].order = told.orders[j];
  Replan check = question(known);
  check.check = true;
  const OrdersReady ready = desk_.answer(kBegan + milliseconds(11), check);
  EXPECT_TRUE(ready.orders.empty());
  EXPECT_EQ(ready.until, told.until);
  EXPECT_GT(ready.check, milliseconds(11));
  const OrdersReady overdue = desk_.answer(kBegan + milliseconds(16), check);
  EXPECT_NE(overdue.until, told.until);
}

// The same round again and again: after some of them rounds begin with an order made for it.
TEST_F(ReplanDeskTest, LearnsOrdersAndTakesThemAlongInItsState) {
  for (int round = 0; round < 8; ++round) {
    desk_.learn(kBegan + milliseconds(40), shown(knowledge(milliseconds(40))));
  }
  const BeginRound learned = desk_.begin_round(RoundId(9));
  ASSERT_EQ(learned.orders.size(), kWorkers);
  EXPECT_EQ(desk_.state().size(), ReplanDesk::state_size(kWorkers));

  ReplanDesk other(plan_, replans(), Duration::zero());
  other.restore(desk_.state());
  const BeginRound same = other.begin_round(RoundId(9));
  EXPECT_EQ(same.listen_after, learned.listen_after);
  ASSERT_EQ(same.orders.size(), kWorkers);
  for (std::uint32_t j = 0; j < kWorkers; ++j) EXPECT_EQ(*same.orders[j], *learned.orders[j]) << j;
  const OrdersReady a = desk_.answer(kBegan + milliseconds(5), question(knowledge(milliseconds(5))));
  const OrdersReady b = other.answer(kBegan + milliseconds(5), question(knowledge(milliseconds(5))));
  EXPECT_EQ(a.until, b.until);
  EXPECT_EQ(a.orders.size(), b.orders.size());
}

// Two workers of four take five times as long, in every round.
TEST(ReplanDesk, LearnsOrdersOfUpTo20000WorkersAndNoneOfMore) {
  for (const std::uint32_t workers : {20'000U, 20'004U}) {
    const Assignment a = Assignment::cyclic(workers, workers, 3).value();
    const auto plan = std::make_shared<const Plan>(
        Plan::make(Method::partial, a, Ordering::optimal(a), Frame::ones(workers)).value());
    RoundKnowledge known;
    known.stamp = {Term(1), RoundId(8)};
    known.began = kBegan;
    for (std::uint32_t j = 0; j < workers; ++j) {
      RoundKnowledge::Worker w;
      w.works = true;
      w.pace = {milliseconds(j % 4 < 2 ? 50 : 10), kChunkParts};
      w.done.insert(plan->ordering().of(WorkerId(j)).front());
      known.workers.push_back(w);
    }
    const RoundShown shown{std::make_shared<const RoundKnowledge>(std::move(known))};
    ReplanDesk desk(plan, replans(), Duration::zero());
    for (int round = 0; round < 4; ++round) desk.learn(kBegan + milliseconds(60), shown);
    EXPECT_EQ(desk.begin_round(RoundId(9)).orders.size(), workers == 20'000 ? workers : 0) << workers;
    ReplanDesk other(plan, replans(), Duration::zero());
    other.restore(desk.state());
    EXPECT_EQ(other.begin_round(RoundId(9)).orders.size(), workers == 20'000 ? workers : 0) << workers;
    if (workers == 20'000) continue;
    for (int round = 0; round < 3; ++round) other.learn(kBegan + milliseconds(60), shown);
    EXPECT_TRUE(other.begin_round(RoundId(9)).orders.empty());
  }
}

// All is done after 200 ms at the speeds that were shown, and yet the round took twice as long.
TEST_F(ReplanDeskTest, LearnedOrdersThatMadeARoundLongerAreNoLongerUsed) {
  for (int round = 0; round < 8; ++round) {
    desk_.learn(kBegan + milliseconds(40), shown(knowledge(milliseconds(40))));
  }
  ASSERT_FALSE(desk_.begin_round(RoundId(9)).orders.empty());
  desk_.learn(kBegan + milliseconds(400), shown(knowledge(milliseconds(400))));
  EXPECT_TRUE(desk_.begin_round(RoundId(10)).orders.empty());
}

TEST_F(ReplanDeskTest, OrdersThatMadeRoundsLongerAreNoLongerTold) {
  const auto tells_in_a_round_of = [&](Duration took) {
    const auto ready = desk_.answer(kBegan + milliseconds(5), question(knowledge(milliseconds(5))));
    desk_.learn(kBegan + took, shown(knowledge(took)));
    return !ready.orders.empty();
  };
  EXPECT_TRUE(tells_in_a_round_of(milliseconds(40)));
  for (int trial = 0; trial < 2; ++trial) EXPECT_FALSE(tells_in_a_round_of(milliseconds(40)));
  for (int round = 0; round < 10; ++round) EXPECT_TRUE(tells_in_a_round_of(milliseconds(40))) << round;
  int told = 0;
  while (told < 20 && tells_in_a_round_of(milliseconds(400))) ++told;
  EXPECT_LE(told, 5);
}

// A question that is worked out in no time at all after the round began, and one of which nothing can come.
TEST_F(ReplanDeskTest, StrangeQuestionsHaveAnAnswer) {
  RoundKnowledge nobody = knowledge(milliseconds(5));
  for (RoundKnowledge::Worker& w : nobody.workers) w.works = false;
  const OrdersReady never = desk_.answer(kBegan, question(nobody));
  EXPECT_TRUE(never.orders.empty());
  EXPECT_EQ(never.until, Duration::zero());
  RoundKnowledge silent = knowledge(milliseconds(5));
  for (RoundKnowledge::Worker& w : silent.workers) {
    w.pace = {};
    w.in_hand.reset();
  }
  EXPECT_TRUE(desk_.answer(kBegan, question(silent)).orders.empty());
}

}  // namespace
}  // namespace gleaner
