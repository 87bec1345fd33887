#include "runtime/plan_thread.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <optional>
#include <thread>

namespace gleaner {
namespace {

using std::chrono::milliseconds;

constexpr std::uint32_t kWorkers = 24;

ServerOptions replans() {
  ServerOptions options;
  options.policy = Policy::replan;
  return options;
}

KnowledgeRef knowledge(const Plan& plan, Duration now) {
  RoundKnowledge known;
  known.stamp = {Term(1), RoundId(3)};
  for (std::uint32_t j = 0; j < kWorkers; ++j) {
    RoundKnowledge::Worker w;
    w.works = true;
    w.pace = {now, static_cast<std::uint8_t>(j % 2 == 0 ? 1 : 10)};
    w.in_hand = plan.ordering().of(WorkerId(j)).front();
    known.workers.push_back(w);
  }
  return std::make_shared<const RoundKnowledge>(std::move(known));
}

class PlanThreadTest : public testing::Test {
 protected:
  PlanThreadTest() {
    const Assignment a = Assignment::regular_graph(kWorkers, kWorkers, 4, 7).value();
    plan_ = std::make_shared<const Plan>(
        Plan::make(Method::partial, a, Ordering::optimal(a), Frame::gaussian(kWorkers, 2, 1)).value());
    start();
  }
  void start() {
    thread_.emplace(
        plan_, replans(), [] { return Time(milliseconds(5)); },
        [this](OrdersReady ready) {
          answered_on_ = std::this_thread::get_id();
          answers_.push(std::move(ready));
        });
  }
  OrdersReady answer() { return answers_.pop(); }

  std::shared_ptr<const Plan> plan_;
  Mailbox<OrdersReady> answers_;
  std::atomic<std::thread::id> answered_on_;
  std::optional<PlanThread> thread_;
};

TEST_F(PlanThreadTest, AnswersInOrderOnAThreadOfItsOwnAsTheDeskWould) {
  ReplanDesk desk(plan_, replans(), Duration::zero());
  for (std::uint32_t serial = 1; serial <= 3; ++serial) {
    thread_->ask({serial, false, false, knowledge(*plan_, milliseconds(5))});
  }
  for (std::uint32_t serial = 1; serial <= 3; ++serial) {
    const OrdersReady mine = answer();
    const OrdersReady twin =
        desk.answer(Time(milliseconds(5)), {serial, false, false, knowledge(*plan_, milliseconds(5))});
    EXPECT_EQ(mine.serial, serial);
    EXPECT_EQ(mine.stamp, twin.stamp);
    EXPECT_EQ(mine.until, twin.until);
    ASSERT_EQ(mine.orders.size(), twin.orders.size());
    EXPECT_GT(mine.orders.size(), 0U);
    for (std::size_t j = 0; j < mine.orders.size(); ++j) {
      ASSERT_EQ(mine.orders[j] == nullptr, twin.orders[j] == nullptr);
      if (!mine.orders[j]) continue;
      EXPECT_EQ(*mine.orders[j], *twin.orders[j]);
    }
  }
  EXPECT_NE(answered_on_.load(), std::this_thread::get_id());
}

TEST_F(PlanThreadTest, LearnsBetweenQuestionsAndItsStateGoesOnElsewhere) {
  EXPECT_EQ(thread_->begin_round(RoundId(1)).listen_after, Duration::zero());
  thread_->ask({1, false, false, knowledge(*plan_, milliseconds(5))});
  thread_->learn(Time(milliseconds(32)), {knowledge(*plan_, milliseconds(5))});
  EXPECT_EQ(answer().serial, 1U);
  const BeginRound next = thread_->begin_round(RoundId(2));
  EXPECT_GT(next.listen_after, Duration::zero());
  const std::vector<double> state = thread_->state();
  start();
  EXPECT_EQ(thread_->begin_round(RoundId(2)).listen_after, Duration::zero());
  thread_->restore(state);
  EXPECT_EQ(thread_->begin_round(RoundId(2)).listen_after, next.listen_after);
}

TEST_F(PlanThreadTest, WhoBringsALessonDoesNotWaitForAnAnswerThatIsWorkedOut) {
  std::promise<void> go;
  thread_.emplace(
      plan_, replans(),
      [&] {
        go.get_future().wait();  // the answer takes as long as it takes
        return Time(milliseconds(5));
      },
      [this](OrdersReady ready) { answers_.push(std::move(ready)); });
  thread_->ask({1, false, false, knowledge(*plan_, milliseconds(5))});
  thread_->learn(Time(milliseconds(32)), {knowledge(*plan_, milliseconds(5))});
  go.set_value();
  EXPECT_EQ(answer().serial, 1U);
  EXPECT_GT(thread_->begin_round(RoundId(2)).listen_after, Duration::zero());  // this waits for the lesson
}

TEST_F(PlanThreadTest, EndsWithQuestionsThatNobodyWaitsFor) {
  for (std::uint32_t serial = 1; serial <= 20; ++serial) {
    thread_->ask({serial, false, false, knowledge(*plan_, milliseconds(5))});
  }
  thread_.reset();
  for (std::uint32_t serial = 1; serial <= 20; ++serial) EXPECT_EQ(answer().serial, serial);
}

}  // namespace
}  // namespace gleaner
