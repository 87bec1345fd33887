// Policy replan at the server: who is asked how far it is, and what becomes of the orders (beyond.md section
// 3).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "protocol/server.h"
#include "support/listening.h"

namespace gleaner {
namespace {

using namespace listening;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

TEST_F(ListeningTest, EverybodyIsToldAtTheStartWhenToSpeak) {
  begin(kSecond, {order({3, 2, 1, 0}), nullptr, nullptr, nullptr});
  const auto starts = sent<StartRound>();
  ASSERT_EQ(starts.size(), 4U);
  for (const auto& [worker, start] : starts) {
    EXPECT_EQ(start.report_after, kSecond);
    EXPECT_EQ(start.order != nullptr, worker == 0);
  }
  ASSERT_EQ(timers().size(), 1U);
  EXPECT_EQ(timers()[0].at, now_ + 2 * kSecond);
}

TEST_F(ListeningTest, OrdersAreAskedForWhenTheLastHasAnswered) {
  begin(kSecond);
  now_ += kSecond;
  for (std::uint32_t w = 0; w < 3; ++w) {
    report(w, {}, static_cast<std::uint8_t>(w));
    report(w, {}, static_cast<std::uint8_t>(w));  // says the same again: it is one answer
    EXPECT_THAT(replans(), IsEmpty());
  }
  report(3, {});
  ASSERT_EQ(replans().size(), 1U);
  const RoundKnowledge& known = *replans()[0].known;
  EXPECT_FALSE(replans()[0].late);
  EXPECT_EQ(known.stamp, kRound1);
  EXPECT_EQ(known.began, Time{});
  ASSERT_EQ(known.workers.size(), 4U);
  EXPECT_EQ(known.workers[2].pace, (Pace{kSecond, 2}));
  EXPECT_TRUE(known.workers[2].works);
}

TEST_F(ListeningTest, WhoDoesNotAnswerIsNotWaitedForAndALateAnswerStartsNothing) {
  begin(kSecond);
  const ArmTimer timer = timers().at(0);
  now_ += kSecond;
  report(0, {});
  report(3, {});
  now_ = timer.at;
  step(TimerFired{timer.timer});
  ASSERT_EQ(replans().size(), 1U);
  const std::uint32_t serial = replans()[0].serial;
  for (std::uint32_t w = 1; w < 3; ++w) {
    report(w, {});
    EXPECT_THAT(replans(), IsEmpty());
  }
  step(TimerFired{timer.timer});  // it counts once
  EXPECT_THAT(replans(), IsEmpty());
  ready(serial, {order({1, 0, 2, 3}), nullptr, nullptr, nullptr});
  EXPECT_THAT(told<Todo>(), ElementsAre(0));
}

TEST_F(ListeningTest, WhereMostAreSilentTheNetworkIsGivenMoreTimeFourTimes) {
  begin(kSecond);
  const ArmTimer first = timers().at(0);
  now_ += kSecond;
  report(0, {});
  ArmTimer timer = first;
  for (int longer = 0; longer < 4; ++longer) {
    now_ = timer.at;
    step(TimerFired{timer.timer});
    EXPECT_THAT(replans(), IsEmpty());
    timer = timers().at(0);
    EXPECT_EQ(timer.at - now_, now_.time_since_epoch());  // as long again
  }
  now_ = timer.at;
  step(TimerFired{timer.timer});
  EXPECT_EQ(replans().size(), 1U);
}

TEST_F(ListeningTest, ASlowAnswerThatComesWhileItWaitsLongerEndsTheWaiting) {
  begin(kSecond);
  const ArmTimer timer = timers().at(0);
  now_ = timer.at;
  step(TimerFired{timer.timer});
  EXPECT_THAT(replans(), IsEmpty());
  now_ += kSecond / 10;
  for (std::uint32_t w = 0; w < 3; ++w) report(w, {});
  EXPECT_THAT(replans(), IsEmpty());
  report(3, {});
  EXPECT_EQ(replans().size(), 1U);
}

TEST_F(ListeningTest, ALossWhileOrdersAreWorkedOutAsksAnewWhenTheyAreThere) {
  const std::uint32_t serial = listened().serial;
  step(WorkerLost{peer(1)});
  EXPECT_THAT(replans(), IsEmpty());
  ready(serial, {order({3, 2, 1, 0}), nullptr, nullptr, nullptr});
  EXPECT_THAT(told<Todo>(), ElementsAre(0));  // they are better than none
  ASSERT_EQ(replans().size(), 1U);
  EXPECT_FALSE(replans()[0].known->workers[1].works);
}

TEST_F(ListeningTest, ALossStandsForTheLastAnswer) {
  begin(kSecond);
  now_ += kSecond;
  for (std::uint32_t w = 0; w < 3; ++w) report(w, {});
  step(WorkerLost{peer(3)});
  ASSERT_EQ(replans().size(), 1U);
  EXPECT_FALSE(replans()[0].known->workers[3].works);
}

TEST_F(ListeningTest, WithoutHistoryTheFirstWordHasEverybodyAskedWhoHasNotToldItsSpeed) {
  begin();
  EXPECT_THAT(timers(), IsEmpty());
  for (const auto& [worker, start] : sent<StartRound>()) EXPECT_EQ(start.report_after, Duration::zero());
  now_ += kSecond;
  report(2, slots({0}), kChunkParts);  // one of four copies is more than a sixth
  EXPECT_THAT(told<Report>(), ElementsAre(0, 1, 3));
  ASSERT_EQ(timers().size(), 1U);
  EXPECT_EQ(timers()[0].at, now_ + kSecond);  // as long again
  report(0, {});
  report(1, {});
  EXPECT_THAT(replans(), IsEmpty());
  report(3, {});
  EXPECT_EQ(replans().size(), 1U);
}

TEST_F(ListeningTest, OrdersAreTodosWithTheWillAsItIs) {
  const std::uint32_t serial = listened().serial;
  report(1, slots({0}), kChunkParts);  // in the meantime chunk 0 is there
  ready(serial, {order({2, 1, 3, 0}), order({3, 0, 1, 2}), nullptr, nullptr});
  const auto todos = sent<Todo>();
  ASSERT_EQ(todos.size(), 2U);
  EXPECT_EQ(todos[0].second.wanted, slots({1, 2, 3}));
  EXPECT_EQ(*todos[0].second.order, *order({2, 1, 3, 0}));
  EXPECT_EQ(todos[0].second.revision, 2U);  // one was told when the chunk was there
  EXPECT_EQ(todos[1].second.wanted, SlotSet::first(4));
  EXPECT_EQ(*todos[1].second.order, *order({3, 0, 1, 2}));
}

TEST_F(ListeningTest, ALaterTodoCarriesTheOrder) {
  ready(listened().serial, {order({2, 1, 3, 0}), nullptr, nullptr, nullptr});
  report(1, slots({0}), kChunkParts);
  for (const auto& [worker, todo] : sent<Todo>()) {
    if (worker == 0) {
      ASSERT_NE(todo.order, nullptr);
      EXPECT_EQ(*todo.order, *order({2, 1, 3, 0}));
    } else {
      EXPECT_EQ(todo.order, nullptr);
    }
  }
  EXPECT_THAT(told<Todo>(), ElementsAre(0, 2, 3));
}

TEST_F(ListeningTest, AnswersToOtherQuestionsAreIgnored) {
  const std::uint32_t serial = listened().serial;
  const std::vector<OrderRef> orders{order({3, 2, 1, 0}), nullptr, nullptr, nullptr};
  ready(serial + 1, orders);
  EXPECT_THAT(out_, IsEmpty());
  step(OrdersReady{{Term(1), RoundId(0)}, serial, orders, {}, {}, false, {}});
  EXPECT_THAT(out_, IsEmpty());
  step(OrdersReady{{Term(2), RoundId(1)}, serial, orders, {}, {}, false, {}});
  EXPECT_THAT(out_, IsEmpty());
  ready(serial, orders);
  EXPECT_THAT(told<Todo>(), ElementsAre(0));
}

TEST_F(ListeningTest, ALossAfterTheOrdersAsksAnew) {
  const std::uint32_t first = listened().serial;
  ready(first, {order({3, 2, 1, 0}), nullptr, nullptr, nullptr}, {}, 9 * kSecond);
  step(WorkerLost{peer(1)});
  ASSERT_EQ(replans().size(), 1U);
  EXPECT_FALSE(replans()[0].late);
  EXPECT_FALSE(replans()[0].known->workers[1].works);
  EXPECT_EQ(*replans()[0].known->workers[0].order, *order({3, 2, 1, 0}));
  ready(first, {order({0, 1, 2, 3}), nullptr, nullptr, nullptr});  // of before the loss
  EXPECT_THAT(told<Todo>(), IsEmpty());
}

TEST_F(ListeningTest, AfterAPauseThoseAreAskedAgainThatHadNotGotAnywhere) {
  begin(kSecond);
  now_ += kSecond;
  report(0, {}, 0);
  report(1, {}, 3);
  report(2, {}, 0);
  report(3, {}, 1);
  ready(replans().at(0).serial, {}, 3 * kSecond);
  EXPECT_EQ(timers().at(0).at, Time(3 * kSecond));
  ring();
  EXPECT_THAT(told<Report>(), ElementsAre(0, 2));
}

TEST_F(ListeningTest, ARoundThatShouldBeOverIsLookedAtAgain) {
  const std::uint32_t serial = listened().serial;
  ready(serial, {}, {}, 5 * kSecond);
  EXPECT_EQ(timers().at(0).at, Time(6 * kSecond));  // a quarter more than what was left
  ring();
  EXPECT_THAT(told<Report>(), ElementsAre(0, 1, 2, 3));
  for (std::uint32_t w = 0; w < 3; ++w) report(w, {});
  EXPECT_THAT(replans(), IsEmpty());
  report(3, {});
  ASSERT_EQ(replans().size(), 1U);
  EXPECT_TRUE(replans()[0].late);
}

TEST_F(ListeningTest, ANewcomerStartsWithTheOrderOfTheRoundAndIsAskedToSpeakWhileOthersAre) {
  begin(kSecond, {nullptr, nullptr, nullptr, order({1, 2, 3, 0})});
  step(WorkerLost{peer(3)});
  join(peer(3, 2));
  auto starts = sent<StartRound>();
  ASSERT_EQ(starts.size(), 1U);
  EXPECT_EQ(starts[0].second.report_after, kSecond);
  EXPECT_EQ(*starts[0].second.order, *order({1, 2, 3, 0}));
  now_ += kSecond;
  for (std::uint32_t w = 0; w < 3; ++w) report(w, {});
  EXPECT_THAT(replans(), IsEmpty());
  step(FromWorker{peer(3, 1), Progress{kRound1, {}, {kSecond, 4}}});  // the dead do not answer
  EXPECT_THAT(replans(), IsEmpty());
  step(FromWorker{peer(3, 2), Progress{kRound1, {}, {kSecond, 4}}});
  ASSERT_EQ(replans().size(), 1U);
  ready(replans()[0].serial, {nullptr, nullptr, nullptr, order({2, 1, 3, 0})});
  step(WorkerLost{peer(3, 2)});
  join(peer(3, 3));  // what was planned for the life before is not for this one
  starts = sent<StartRound>();
  ASSERT_EQ(starts.size(), 1U);
  EXPECT_EQ(*starts[0].second.order, *order({1, 2, 3, 0}));
  EXPECT_EQ(starts[0].second.report_after, Duration::zero());
}

TEST_F(ListeningTest, WhoComesBackWithItsWorkIsToldItsOrderAgain) {
  ready(listened().serial, {nullptr, order({2, 1, 3, 0}), nullptr, nullptr});
  step(WorkerLost{peer(1)});
  join(peer(1), kRound1, slots({2}));
  const auto todos = sent<Todo>();
  const auto mine = std::find_if(todos.begin(), todos.end(), [](const auto& t) { return t.first == 1; });
  ASSERT_NE(mine, todos.end());
  ASSERT_NE(mine->second.order, nullptr);
  EXPECT_EQ(*mine->second.order, *order({2, 1, 3, 0}));
}

// What was planned for one life leaves out what it had done. The next one has nothing.
TEST_F(ListeningTest, ALifeThatTheQuestionDidNotKnowIsNotToldTheAnswer) {
  const std::uint32_t serial = listened().serial;
  step(WorkerLost{peer(2)});
  join(peer(2, 2));
  ready(serial, {order({3, 2, 1, 0}), nullptr, order({1, 3}), nullptr});
  EXPECT_THAT(told<Todo>(), ElementsAre(0));
}

TEST_F(ListeningTest, NothingOfItAfterTheSignal) {
  const std::uint32_t serial = listened().serial;
  report(0, SlotSet::first(4), kChunkParts);
  EXPECT_EQ(server_->phase(), Server::Phase::collecting);
  EXPECT_EQ(all<RoundShown>().size(), 1U);
  ready(serial, {nullptr, order({3, 2, 1, 0}), nullptr, nullptr});
  EXPECT_THAT(out_, IsEmpty());
  step(WorkerLost{peer(3)});
  EXPECT_THAT(replans(), IsEmpty());
  step(WorkerLost{peer(0)});  // chunks are computed again, and still nobody is asked
  EXPECT_EQ(server_->phase(), Server::Phase::computing);
  EXPECT_THAT(told<Todo>(), UnorderedElementsAre(1, 2));
  ready(serial, {nullptr, order({3, 2, 1, 0}), nullptr, nullptr});
  EXPECT_THAT(out_, IsEmpty());
  report(1, {}, 3);
  EXPECT_THAT(replans(), IsEmpty());
}

TEST_F(ListeningTest, OrdersAreOfOneRound) {
  ready(listened().serial, {order({3, 2, 1, 0}), nullptr, nullptr, nullptr});
  report(0, SlotSet::first(4), kChunkParts);
  step(VectorIn{peer(0), {kRound1, Epoch(1)}});
  ASSERT_EQ(server_->phase(), Server::Phase::committing);
  step(CommitDone{kRound1});
  begin({}, {}, 2);
  for (const auto& [worker, start] : sent<StartRound>()) EXPECT_EQ(start.order, nullptr);
  report(1, slots({0}), kChunkParts);
  for (const auto& [worker, todo] : sent<Todo>()) EXPECT_EQ(todo.order, nullptr) << worker;
}

TEST_F(ListeningTest, OtherPoliciesAskNobody) {
  ServerOptions options;
  options.policy = Policy::skip;
  server_.emplace(plan_, code_for(Method::partial), options);
  for (std::uint32_t w = 0; w < 4; ++w) join(peer(w));
  begin(kSecond);
  EXPECT_THAT(timers(), IsEmpty());
  for (const auto& [worker, start] : sent<StartRound>()) EXPECT_EQ(start.report_after, Duration::zero());
  report(0, slots({0}), kChunkParts);
  EXPECT_THAT(told<Report>(), IsEmpty());
  ready(1, {order({3, 2, 1, 0}), nullptr, nullptr, nullptr});
  EXPECT_THAT(out_, IsEmpty());
}

}  // namespace
}  // namespace gleaner
