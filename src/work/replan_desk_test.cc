#include "work/replan_desk.h"

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
