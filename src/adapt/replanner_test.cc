#include "adapt/replanner.h"

#include <gtest/gtest.h>

#include "adapt/forecast.h"
#include "adapt/replanner_cases.h"

namespace gleaner {
namespace {

using testing_cases::kParts;
using testing_cases::kWorkers;
using testing_cases::ReplannerTest;

TEST_F(ReplannerTest, EqualSpeedsNeedNoOrders) {
  const auto d = replanner_->decide(report(.5));
  EXPECT_FALSE(d.orders.has_value());
  EXPECT_FALSE(d.fell_back);
  EXPECT_EQ(d.listen_again, 0);
  EXPECT_NEAR(d.until, 2, .2);  // half a chunk is measured to a sixteenth of it
}

TEST_F(ReplannerTest, TwoSpeedsGetOrdersThatEndTheRoundSooner) {
  two_speeds();
  const RoundReport r = report(.5);
  const auto d = replanner_->decide(r);
  ASSERT_TRUE(d.orders.has_value());
  EXPECT_TRUE(d.by_flow);
  EXPECT_EQ(d.listen_again, 0);
  SlotOrders orders = orders_of(r);
  const double before = .5 + forecast(truth(r), orders, true);
  for (std::uint32_t j = 0; j < kWorkers; ++j) {
    if (!(*d.orders)[j].empty()) orders[j] = (*d.orders)[j];
  }
  const double after = .5 + forecast(truth(r), orders, true);
  EXPECT_LT(after, .8 * before);
  EXPECT_NEAR(d.until, after, .15 * after);
}

TEST_F(ReplannerTest, WhoKeepsItsOrderIsNotTold) {
  two_speeds();
  RoundReport r = report(.5);
  const auto first = replanner_->decide(r);
  ASSERT_TRUE(first.orders.has_value());
  for (std::uint32_t j = 0; j < kWorkers; ++j) {
    if (!(*first.orders)[j].empty()) r.workers[j].order = (*first.orders)[j];
  }
  const auto second = replanner_->decide(r);
  EXPECT_FALSE(second.orders.has_value());  // they are as good as any
  EXPECT_DOUBLE_EQ(second.until, first.until);
}

TEST_F(ReplannerTest, PlanningTimeIsPaidBeforeItIsWorthWhile) {
  two_speeds();
  ReplanOptions options;
  options.planning = .1;
  const double at_once = replanner_->decide(report(.5)).until;
  replanner_.emplace(plan_, options);
  EXPECT_DOUBLE_EQ(replanner_->decide(report(.5)).until, at_once + .1);
  options.planning = 100;
  replanner_.emplace(plan_, options);
  EXPECT_FALSE(replanner_->decide(report(.5)).orders.has_value());
}

TEST_F(ReplannerTest, ListensAboutWhenTheFirstPartOfAMeanRoundIsOver) {
  EXPECT_EQ(replanner_->listen_after(), 0);
  replanner_->end_round(2, report(.5));
  EXPECT_DOUBLE_EQ(replanner_->listen_after(), .9 * 2 / kParts);
  replanner_->end_round(4, report(.5));
  EXPECT_DOUBLE_EQ(replanner_->listen_after(), .9 * 2.4 / kParts);
}

TEST_F(ReplannerTest, TooEarlyItTellsNobodyAndListensAgain) {
  two_speeds();
  const auto early = replanner_->decide(report(.04));  // nobody has done a part
  EXPECT_FALSE(early.orders.has_value());
  EXPECT_GT(early.listen_again, 1.2 * .04);
  double now = early.listen_again;
  auto d = replanner_->decide(report(now));
  for (int k = 0; k < 3 && !d.orders && d.listen_again > 0; ++k) {
    now = d.listen_again;
    d = replanner_->decide(report(now));
  }
  EXPECT_TRUE(d.orders.has_value());
  EXPECT_LT(now, 1);  // sooner than any chunk is done
}

TEST_F(ReplannerTest, ListensSoManyTimesInARoundAndNoMore) {
  for (std::uint32_t j = 1; j < kWorkers; ++j) times_[j] = 1e6;
  unsigned listenings = 1;
  double now = 1e-3;
  for (; listenings < 50; ++listenings) {
    const auto d = replanner_->decide(report(now));
    if (d.listen_again == 0) break;
    EXPECT_GT(d.listen_again, now);
    now = d.listen_again;
  }
  EXPECT_EQ(listenings, ReplanOptions{}.listenings_max);
}

TEST_F(ReplannerTest, BrokenPromisesMakeItFallBackForTheRound) {
  two_speeds();
  RoundReport r = report(.5);
  const auto d = replanner_->decide(r);
  ASSERT_TRUE(d.orders.has_value());
  for (std::uint32_t j = 0; j < kWorkers; ++j) {
    if (!(*d.orders)[j].empty()) r.workers[j].order = (*d.orders)[j];
  }
  const RoundReport later = late(r, 20);
  const auto back = replanner_->decide(later);
  EXPECT_TRUE(back.fell_back);
  ASSERT_TRUE(back.orders.has_value());
  for (std::uint32_t j = 0; j < kWorkers; ++j) {
    const auto own = plan_->ordering().of(WorkerId(j));
    EXPECT_EQ((*back.orders)[j], std::vector<Slot>(own.begin(), own.end()));
    // Of the slow ones little was expected: they have done no less.
    EXPECT_EQ(replanner_->speeds().trusts(WorkerId(j)), times_[j] == 5 && 20 - .5 < 2 * 5) << j;
  }
  const auto after = replanner_->decide(late(r, 30));
  EXPECT_FALSE(after.orders.has_value());
  EXPECT_FALSE(after.fell_back);
  EXPECT_EQ(after.listen_again, 0);
  replanner_->end_round(40, late(r, 40));
  EXPECT_TRUE(replanner_->decide(report(.5)).until < WorkerState::kNever);  // the next round is another one
}

TEST_F(ReplannerTest, AFewBrokenPromisesAreNoReasonToFallBack) {
  two_speeds();
  RoundReport r = report(.5);
  const auto d = replanner_->decide(r);
  ASSERT_TRUE(d.orders.has_value());
  for (std::uint32_t j = 0; j < kWorkers; ++j) {
    if (!(*d.orders)[j].empty()) r.workers[j].order = (*d.orders)[j];
  }
  RoundReport later = late(r, 4.5);
  for (std::uint32_t j = 0; j < kWorkers; ++j) {  // worker 1 alone has done nothing
    WorkerReport& w = later.workers[j];
    if (times_[j] != 1 || j == 1) continue;
    for (std::size_t k = 0; k < 3; ++k) w.done.insert(w.order[k]);
    w.elapsed = 1;
    w.parts = kParts;
    w.in_hand = w.order[3];
    w.in_hand_for = .5;
  }
  EXPECT_FALSE(replanner_->decide(later).fell_back);
}

TEST_F(ReplannerTest, WhoIsAtAChunkTwiceAsLongAsItSaidLied) {
  RoundReport r = report(.5);
  const auto twin = r.workers[2].in_hand;
  r.workers[1].elapsed = .02;  // with half of the chunk done, it would take .04
  r.workers[2].elapsed = .02;
  const ChunkId chunk = plan_->assignment().chunk_at(WorkerId(2), *twin);
  for (const Assignment::Holder& h : plan_->assignment().holders_of(chunk)) {  // which has its copies
    if (h.worker != WorkerId(2) && h.worker != WorkerId(1)) r.workers[h.worker.index()].done.insert(h.slot);
  }
  (void)replanner_->decide(r);
  EXPECT_FALSE(replanner_->speeds().trusts(WorkerId(1)));
  EXPECT_TRUE(replanner_->speeds().trusts(WorkerId(2)));  // it may have been told to drop that one
}

TEST_F(ReplannerTest, OfALiarCountsWhatItHasFinished) {
  RoundReport r = report(1.5);
  WorkerReport& w = r.workers[1];
  w.done.insert(w.order[0]);
  w.done.insert(w.order[1]);
  w.done.insert(w.order[2]);
  w.elapsed = .01;  // and at the next one for thirty times as long
  w.parts = kParts;
  w.in_hand = w.order[3];
  w.in_hand_for = .3;
  (void)replanner_->decide(r);
  EXPECT_FALSE(replanner_->speeds().trusts(WorkerId(1)));
  w.in_hand_for = 0;  // that one is there, too
  EXPECT_DOUBLE_EQ(replanner_->chunk_times(r)[1], 2 / (4 / 1.5 + 3 / 1.5));
  replanner_->end_round(1.6, r);
  EXPECT_NEAR(*replanner_->speeds().expected(WorkerId(1)), 2 / (4 / 1.5 + 3 / 1.5), 1e-12);
}

TEST_F(ReplannerTest, WhoIsNotThereAndWhatWasRejectedIsNotPlannedFor) {
  two_speeds();
  RoundReport r = report(.5);
  r.workers[3].works = false;
  r.workers[4].excluded = SlotSet::single(Slot(2));
  const auto d = replanner_->decide(r);
  ASSERT_TRUE(d.orders.has_value());
  EXPECT_TRUE((*d.orders)[3].empty());
  const auto& order = (*d.orders)[4];
  EXPECT_EQ(std::count(order.begin(), order.end(), Slot(2)), 0);
  EXPECT_EQ(replanner_->chunk_times(r)[3], WorkerState::kNever);
  EXPECT_NEAR(replanner_->chunk_times(r)[1], 1, .07);
}

TEST_F(ReplannerTest, IsWhatItsStateSays) {
  two_speeds();
  replanner_->end_round(3, report(.5));
  replanner_->end_round(4, report(.7));
  const std::vector<double> state = replanner_->state();
  EXPECT_EQ(state.size(), Replanner::state_size(kWorkers));
  Replanner other(plan_, {});
  ASSERT_TRUE(other.restore(state));
  EXPECT_EQ(other.listen_after(), replanner_->listen_after());
  const auto a = replanner_->decide(report(.4));
  const auto b = other.decide(report(.4));
  EXPECT_EQ(a.orders, b.orders);
  EXPECT_EQ(a.until, b.until);
  EXPECT_FALSE(other.restore(std::vector<double>(state.size() + 1, 1)));
  EXPECT_FALSE(other.restore({}));
}

}  // namespace
}  // namespace gleaner
