// The ledger, told what happens to three workers on three chunks, and what a worker's slowness costs.
#include "work/ledger.h"

#include <gtest/gtest.h>

#include "work/slowness.h"

namespace gleaner {
namespace {

using std::chrono::seconds;

constexpr Stamp kRound{Term(1), RoundId(7)};

// Chunk i on workers i and i + 1: worker 0 holds {0, 2}, worker 1 {0, 1}, worker 2 {1, 2}.
std::shared_ptr<const Plan> triangle(std::size_t blocks = 1) {
  const Assignment a = Assignment::cyclic(3, 3, 2).value();
  const Frame frame = blocks == 1 ? Frame::ones(3) : Frame::gaussian(3, blocks, 1);
  return std::make_shared<const Plan>(Plan::make(Method::partial, a, Ordering::ascending(a), frame).value());
}

Peer peer(std::uint32_t worker, std::uint64_t life = 1) { return {WorkerId(worker), Incarnation(life)}; }
Time at(int s) { return Time(seconds(s)); }
SlotSet slots(std::initializer_list<std::uint32_t> list) {
  SlotSet set;
  for (const std::uint32_t s : list) set.insert(Slot(s));
  return set;
}
LedgerRow row(std::uint64_t computed, std::uint64_t used, std::uint64_t skipped, std::uint64_t aborted,
              int busy, int used_s, int aborted_s) {
  return {computed, used, skipped, aborted, seconds(busy), seconds(used_s), seconds(aborted_s)};
}

class LedgerTest : public testing::Test {
 protected:
  LedgerTest() { ledger_.round_begins(kRound, at(0)); }
  void begin(Peer p, std::uint32_t slot, int from) { ledger_.begins(p, kRound, Slot(slot), at(from)); }
  void end(Peer p, std::uint32_t slot, ChunkOutcome how, int took) {
    ledger_.ends(p, kRound, Slot(slot), how, seconds(took));
  }
  void finish(Peer p, std::uint32_t slot, int from, int to) {
    begin(p, slot, from);
    end(p, slot, ChunkOutcome::finished, to - from);
  }
  void todo(Peer p, std::uint32_t revision, const SlotSet& wanted) {
    ledger_.told(p, Todo{kRound, revision, wanted, nullptr});
  }
  Ledger ledger_{triangle()};
};

TEST_F(LedgerTest, FinishedIsUsedOrWastedAndTheSignalAborts) {
  finish(peer(0), 0, 0, 1);
  finish(peer(0), 1, 1, 2);
  finish(peer(1), 0, 0, 2);
  begin(peer(1), 1, 2);
  finish(peer(2), 0, 0, 3);
  end(peer(1), 1, ChunkOutcome::stopped, 1);
  ledger_.commits({slots({0, 1}), {}, slots({0})}, at(4));
  const LedgerPage& page = ledger_.round();
  EXPECT_EQ(page.workers[0], row(2, 2, 0, 0, 2, 2, 0));
  EXPECT_EQ(page.workers[1], row(1, 0, 0, 1, 3, 0, 1));
  EXPECT_EQ(page.workers[2], row(1, 1, 0, 0, 3, 3, 0));
  EXPECT_EQ(page.workers[1].wasted(), 1U);
  EXPECT_EQ(page.workers[1].wasted_time(), seconds(2));
  EXPECT_EQ(page.chunks[0], row(2, 1, 0, 0, 3, 1, 0));
  EXPECT_EQ(page.chunks[1], row(1, 1, 0, 1, 4, 3, 1));
  EXPECT_EQ(page.chunks[2], row(1, 1, 0, 0, 1, 1, 0));
}

TEST_F(LedgerTest, OnlyTheLastWillCountsAndWhatWasBegunIsNotSkipped) {
  begin(peer(0), 0, 0);
  todo(peer(0), 1, slots({}));
  end(peer(0), 0, ChunkOutcome::stopped, 1);
  todo(peer(1), 2, slots({0}));
  todo(peer(1), 1, slots({1}));  // overtaken on its way
  todo(peer(2), 1, slots({}));   // taken back
  todo(peer(2), 2, slots({0, 1}));
  ledger_.commits({{}, {}, {}}, at(4));
  EXPECT_EQ(ledger_.round().workers[0], row(0, 0, 1, 1, 1, 0, 1));
  EXPECT_EQ(ledger_.round().workers[1], row(0, 0, 1, 0, 0, 0, 0));
  EXPECT_EQ(ledger_.round().workers[2], row(0, 0, 0, 0, 0, 0, 0));
  EXPECT_EQ(ledger_.round().chunks[2].skipped, 1U);
  EXPECT_EQ(ledger_.round().chunks[1].skipped, 1U);
}

TEST_F(LedgerTest, AWillThatTheSignalHasOvertakenIsNone) {
  ledger_.told(peer(1), Transmit{{kRound, Epoch(1)}, nullptr, 0, 3});
  todo(peer(1), 3, slots({}));
  ledger_.commits({{}, {}, {}}, at(4));
  EXPECT_EQ(ledger_.round().workers[1].skipped, 0U);
}

TEST_F(LedgerTest, ALostLifeLeavesItsWorkBehind) {
  finish(peer(0), 0, 0, 1);
  begin(peer(0), 1, 1);
  ledger_.lost(peer(0), at(3));
  end(peer(0), 1, ChunkOutcome::finished, 9);  // of a life that is gone
  finish(peer(0, 2), 0, 4, 9);
  ledger_.commits({slots({0}), {}, {}}, at(9));
  EXPECT_EQ(ledger_.round().workers[0], row(2, 1, 0, 1, 8, 5, 2));
  EXPECT_TRUE(ledger_.seen(WorkerId(0)).lost);
  EXPECT_EQ(ledger_.seen(WorkerId(0)).time, seconds(5));
}

TEST_F(LedgerTest, WhatIsInHandAtTheCommitCountsUpToIt) {
  begin(peer(2), 0, 1);
  ledger_.commits({{}, {}, {}}, at(4));
  EXPECT_EQ(ledger_.round().workers[2], row(0, 0, 0, 1, 3, 0, 3));
  EXPECT_FALSE(ledger_.seen(WorkerId(2)).finished);
  EXPECT_EQ(ledger_.seen(WorkerId(2)).time, seconds(3));
  end(peer(2), 0, ChunkOutcome::finished, 9);
  EXPECT_EQ(ledger_.round().workers[2].computed, 0U);
}

TEST_F(LedgerTest, RoundsAddUpAndAnUndoneOneIsWasted) {
  finish(peer(0), 0, 0, 1);
  ledger_.commits({slots({0}), {}, {}}, at(1));
  const LedgerPage first = ledger_.round();
  ledger_.undo(first);
  const Stamp again{Term(2), RoundId(7)};
  ledger_.round_begins(again, at(2));
  ledger_.begins(peer(1), again, Slot(0), at(2));
  ledger_.round_begins({Term(3), RoundId(7)}, at(4));  // never committed: its work is that of the next one
  ledger_.commits({{}, {}, {}}, at(5));
  EXPECT_EQ(ledger_.run().workers[0], row(1, 0, 0, 0, 1, 0, 0));
  EXPECT_EQ(ledger_.run().workers[1], row(0, 0, 0, 1, 2, 0, 2));
  EXPECT_EQ(ledger_.run().total(), row(1, 0, 0, 1, 3, 0, 2));
}

// Ascending orders: worker 0 does chunks 0, 2; worker 1 does 0, 1; worker 2 does 1, 2.
TEST_F(LedgerTest, SlownessIsAgainstTheMedian) {
  finish(peer(0), 0, 0, 4);
  finish(peer(1), 0, 0, 2);
  finish(peer(1), 1, 2, 4);
  finish(peer(2), 0, 0, 9);
  finish(peer(0), 1, 4, 8);
  ledger_.commits({slots({0, 1}), slots({0, 1}), {}}, at(8));
  Slowness slowness(triangle(), {});
  // The round: chunk 0 at 2, chunk 1 at 4, chunk 2 at 8. With worker 2 at 4 it ends at 8, too; with worker 0
  // at 4, where it is; with worker 1 at 4: chunk 1 at 8.
  EXPECT_EQ(slowness.of_round(ledger_),
            (std::vector<SlownessCost>{{seconds(0), 1}, {seconds(0), 1}, {seconds(0), 1}}));
  ledger_.round_begins(kRound, at(8));
  finish(peer(0), 0, 8, 9);
  finish(peer(1), 0, 8, 10);
  finish(peer(1), 1, 10, 12);
  begin(peer(2), 0, 8);
  finish(peer(0), 1, 9, 10);
  ledger_.commits({slots({0, 1}), slots({0, 1}), {}}, at(12));
  // 1, 2, at least 4: the round of 4 takes 2 with worker 2 at 2, and no less with worker 0 at 2.
  EXPECT_EQ(slowness.of_round(ledger_),
            (std::vector<SlownessCost>{{seconds(0), 1}, {seconds(0), 1}, {seconds(2), 1}}));
}

TEST_F(LedgerTest, SlownessIsUnknownOfTheLostAndWithoutTheRuleExact) {
  finish(peer(0), 0, 0, 1);
  finish(peer(0), 1, 1, 2);
  finish(peer(1), 1, 0, 1);
  begin(peer(2), 0, 0);
  ledger_.lost(peer(2), at(1));
  ledger_.commits({slots({0, 1}), slots({1}), {}}, at(2));
  Slowness slowness(triangle(), {});
  EXPECT_EQ(slowness.of_round(ledger_)[2].rounds, 0U);
  EXPECT_EQ(slowness.of_round(ledger_)[0].rounds, 1U);
  ServerOptions deadline;
  deadline.recovery = {Recovery::Kind::deadline, seconds(3), 0};
  EXPECT_EQ(Slowness(triangle(), deadline).of_round(ledger_)[0].rounds, 0U);
  // Two copies of every chunk are more than two workers can give.
  EXPECT_EQ(Slowness(triangle(2), {}).of_round(ledger_)[0].rounds, 0U);
}

}  // namespace
}  // namespace gleaner
