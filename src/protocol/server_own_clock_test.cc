// Policy replan at the server: what it sees by its own clock, and when it looks again (beyond.md section 3).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "support/listening.h"

namespace gleaner {
namespace {

using namespace listening;
using testing::ElementsAre;
using testing::IsEmpty;

// Whatever a broken worker says must not reach those who plan with it.
TEST_F(ListeningTest, ReportsThatCannotBeAreIgnored) {
  begin(kSecond);
  now_ += kSecond;
  for (std::uint32_t w = 1; w < 4; ++w) report(w, {});
  const auto says = [&](Pace pace, Slot in_hand, Duration since) {
    step(FromWorker{peer(0), Progress{server_->stamp(), {}, pace, in_hand, since}});
    return replans().size();
  };
  EXPECT_EQ(says({kSecond, 8}, Slot(100), kSecond), 0U);
  EXPECT_EQ(says({kSecond, 200}, Slot(0), kSecond), 0U);
  EXPECT_EQ(says({-kSecond, 8}, Slot(0), kSecond), 0U);
  EXPECT_EQ(says({kSecond, 8}, Slot(0), -kSecond), 0U);
  // That it began before the round did can be a clock that runs fast.
  ASSERT_EQ(says({kSecond, 8}, Slot(0), Duration::max()), 1U);
  EXPECT_EQ(replans().at(0).known->workers[0].in_hand_since, replans().at(0).known->began);
}

TEST_F(ListeningTest, WhatAWorkerHasInHandIsKnownByItsOrder) {
  begin(kSecond);
  now_ += kSecond / 2;
  report(0, slots({0}), kChunkParts);  // says nothing of the next one
  now_ += kSecond / 2;
  for (std::uint32_t w = 1; w < 4; ++w) report(w, {});
  const Replan question = replans().at(0);
  EXPECT_EQ(question.known->workers[0].in_hand, Slot(1));
  EXPECT_EQ(question.known->workers[0].in_hand_since, Time(kSecond / 2));
  ready(question.serial, {order({3, 1, 2}), nullptr, nullptr, nullptr}, {}, 9 * kSecond);
  now_ += kSecond;
  step(WorkerLost{peer(3)});
  const RoundKnowledge::Worker& later = replans().at(0).known->workers[0];
  EXPECT_EQ(later.in_hand, Slot(3));  // it dropped the other for it
  EXPECT_EQ(later.in_hand_since, now_ - kSecond);
}

TEST_F(ListeningTest, WhatItWasToldToDropBeforeItsReportCameIsNotInHand) {
  begin(kSecond);
  now_ += kSecond;
  report(1, slots({3}), kChunkParts);  // chunk 3 has its copy, or whichever that is: all hold all chunks
  const auto todos = sent<Todo>();
  ASSERT_FALSE(todos.empty());
  ASSERT_EQ(todos[0].first, 0U);
  const Slot gone = *std::ranges::find_if(plan_->ordering().of(WorkerId(0)),
                                          [&](Slot s) { return !todos[0].second.wanted.contains(s); });
  step(FromWorker{peer(0), Progress{kRound1, {}, {kSecond / 2, 3}, gone, kSecond / 2}});
  for (std::uint32_t w = 2; w < 4; ++w) report(w, {});
  const std::optional<Slot> in_hand = replans().at(0).known->workers[0].in_hand;
  ASSERT_TRUE(in_hand.has_value());
  EXPECT_TRUE(todos[0].second.wanted.contains(*in_hand));
}

TEST_F(ListeningTest, ItsOwnClockSeesWhenChunksWereFinishedAndHowLongTheyCanHaveTaken) {
  begin(kSecond);
  now_ += kSecond;
  report(0, slots({0}), kChunkParts);
  now_ += 2 * kSecond;
  report(0, slots({0, 1}), kChunkParts);
  now_ += 3 * kSecond;
  report(0, slots({0, 1, 2}), kChunkParts);
  report(1, slots({0, 1}), kChunkParts);  // two at once: nobody knows how long the last one took
  for (std::uint32_t w = 2; w < 4; ++w) report(w, {});
  const auto& workers = replans().at(0).known->workers;
  EXPECT_EQ(workers[0].seen.last_finished, Time(6 * kSecond));
  EXPECT_EQ(workers[0].seen.took_most, 3 * kSecond);
  EXPECT_EQ(workers[0].seen.took_least, 3 * kSecond);
  EXPECT_EQ(workers[1].seen.took_most, 6 * kSecond);
  EXPECT_EQ(workers[1].seen.took_least, Duration(0));
  EXPECT_EQ(workers[2].seen.heard, Time(6 * kSecond));
  EXPECT_EQ(workers[2].seen.last_finished, Time{});
}

TEST_F(ListeningTest, WhatAFirstReportDoesNotAccountForIsTheTimeOfMessages) {
  begin(kSecond);
  now_ += kSecond;
  step(FromWorker{peer(1), Progress{kRound1, slots({0}), {kSecond / 2, kChunkParts}}});
  step(FromWorker{peer(0), Progress{kRound1, {}, {kSecond / 2, 3}, Slot(1), kSecond * 3 / 4}});
  for (std::uint32_t w = 2; w < 4; ++w) report(w, {});
  const auto& workers = replans().at(0).known->workers;
  EXPECT_EQ(workers[0].seen.messages, std::nullopt);  // it has been told since what it need not do
  EXPECT_EQ(workers[1].seen.messages, kSecond / 2);
}

TEST_F(ListeningTest, NorDoesOneOfAWorkerThatIsInItsFirstChunk) {
  begin(kSecond);
  now_ += kSecond;
  step(FromWorker{peer(0), Progress{kRound1, {}, {kSecond / 2, 3}, Slot(0), kSecond * 3 / 4}});
  for (std::uint32_t w = 1; w < 4; ++w) report(w, {});
  const auto& workers = replans().at(0).known->workers;
  EXPECT_EQ(workers[0].seen.messages, kSecond / 4);
  EXPECT_EQ(workers[2].seen.messages, std::nullopt);  // it told nothing of what it has in hand
}

TEST_F(ListeningTest, AtACheckNobodyIsAskedAndTheDriverIs) {
  const std::uint32_t serial = listened().serial;
  ready(serial, {}, {}, 5 * kSecond, 2 * kSecond);
  EXPECT_EQ(timers().at(0).at, Time(2 * kSecond));
  ring();
  EXPECT_THAT(told<Report>(), IsEmpty());
  ASSERT_EQ(replans().size(), 1U);
  EXPECT_TRUE(replans()[0].check);
  EXPECT_FALSE(replans()[0].late);
  ready(replans()[0].serial, {}, {}, 5 * kSecond);  // and then the watch, as ever
  EXPECT_EQ(timers().at(0).at, Time(now_ + kSecond * 15 / 4));
}

TEST_F(ListeningTest, ARoundThatIsMuchQuickerThanThoseBeforeIsListenedToAtOnce) {
  begin(1000 * kSecond);
  now_ += kSecond;
  report(0, slots({0}), kChunkParts);  // one copy of four: more than a sixth
  EXPECT_THAT(told<Report>(), ElementsAre(1, 2, 3));
  for (std::uint32_t w = 1; w < 3; ++w) report(w, {});
  EXPECT_THAT(replans(), IsEmpty());
  report(3, {});
  EXPECT_EQ(replans().size(), 1U);
}

TEST_F(ListeningTest, ALaterLifeThatSpeaksFirstIsALossForTheOrders) {
  ready(listened().serial, {order({3, 2, 1, 0}), nullptr, nullptr, nullptr}, {}, 9 * kSecond);
  join(peer(0, 2));
  ASSERT_EQ(replans().size(), 1U);
  EXPECT_EQ(replans()[0].known->workers[0].order, nullptr);
}

TEST_F(ListeningTest, NothingIsLearnedBeforeTheSignalHasLeft) {
  begin(kSecond);
  report(0, slots({0, 1, 2, 3}), kChunkParts);
  ASSERT_EQ(all<RoundShown>().size(), 1U);
  std::size_t last_signal = 0;
  std::size_t lesson = 0;
  for (std::size_t k = 0; k < out_.size(); ++k) {
    const auto* sent = std::get_if<SendWorker>(&out_[k]);
    if (sent != nullptr && std::holds_alternative<Transmit>(sent->message)) last_signal = k;
    if (std::holds_alternative<RoundShown>(out_[k])) lesson = k;
  }
  EXPECT_GT(last_signal, 0U);
  EXPECT_GT(lesson, last_signal);
}

}  // namespace
}  // namespace gleaner
