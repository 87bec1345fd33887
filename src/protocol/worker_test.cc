#include "protocol/worker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gleaner {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr Stamp kRound1{Term(1), RoundId(1)};
constexpr Stamp kRound2{Term(1), RoundId(2)};

SlotSet slots(std::initializer_list<std::uint32_t> members) {
  SlotSet s;
  for (const std::uint32_t m : members) s.insert(Slot(m));
  return s;
}

// Worker 0 of three, each holding three of three chunks, in ascending order.
class WorkerTest : public testing::Test {
 protected:
  WorkerTest() {
    const Assignment a = Assignment::cyclic(3, 3, 3).value();
    plan_ = std::make_shared<const Plan>(
        Plan::make(Method::partial, a, Ordering::ascending(a), Frame::ones(3)).value());
    worker_.emplace(Peer{WorkerId(0), Incarnation(1)}, plan_);
  }

  // What it does but for what it says about it.
  std::vector<WorkerAction> step(const WorkerEvent& event) {
    std::vector<WorkerAction> all;
    worker_->step(now_, event, all);
    notes_.clear();
    std::vector<WorkerAction> actions;
    for (WorkerAction& a : all) {
      if (const auto* note = std::get_if<Note>(&a)) {
        notes_.push_back(note->kind);
      } else {
        actions.push_back(std::move(a));
      }
    }
    return actions;
  }
  std::vector<WorkerAction> hear(const ServerMessage& message) { return step(message); }
  std::vector<WorkerAction> finish(std::uint32_t slot, Stamp stamp = kRound1) {
    return step(ChunkEnded{stamp, Slot(slot), ChunkOutcome::finished, {}});
  }
  std::vector<WorkerAction> signal(std::uint32_t epoch, const SlotSet& used, std::uint32_t first = 0,
                                   std::uint32_t revision = 0) {
    const auto selection =
        std::make_shared<const Selection>(Selection{kRound1, Epoch(epoch), {used, SlotSet{}, SlotSet{}}});
    return hear(Transmit{{kRound1, Epoch(epoch)}, selection, first, revision});
  }

  std::shared_ptr<const Plan> plan_;
  std::optional<Worker> worker_;
  std::vector<NoteKind> notes_;
  Time now_{};
};

template <class Action>
const Action& only(const std::vector<WorkerAction>& actions) {
  EXPECT_EQ(actions.size(), 1U);
  return std::get<Action>(actions.at(0));
}

TEST_F(WorkerTest, IntroducesItselfWhenTheLinkIsUp) {
  const auto hello = std::get<Hello>(only<SendServer>(step(LinkChanged{true})).message);
  EXPECT_EQ(hello.plan, plan_->fingerprint());
  EXPECT_EQ(hello.stamp, Stamp{});
  EXPECT_TRUE(hello.kept.empty());
  EXPECT_THAT(step(LinkChanged{false}), IsEmpty());
}

TEST_F(WorkerTest, AReconnectTellsWhatIsKeptAndWhatWasRejected) {
  hear(StartRound{kRound1});
  finish(0);
  step(LinkChanged{false});
  step(ChunkEnded{kRound1, Slot(1), ChunkOutcome::rejected, "NaN"});
  const auto said = step(LinkChanged{true});
  ASSERT_EQ(said.size(), 2U);
  const auto hello = std::get<Hello>(std::get<SendServer>(said[0]).message);
  EXPECT_EQ(hello.stamp, kRound1);
  EXPECT_EQ(hello.kept, slots({0}));
  const auto rejected = std::get<ChunkRejected>(std::get<SendServer>(said[1]).message);
  EXPECT_EQ(rejected.slot, Slot(1));
  EXPECT_EQ(rejected.why, "NaN");
  hear(StartRound{kRound2});
  EXPECT_EQ(step(LinkChanged{true}).size(), 1U);  // of the round that is over nothing is repeated
}

TEST_F(WorkerTest, ComputesOneChunkAfterAnotherInItsOrder) {
  EXPECT_EQ(only<Compute>(hear(StartRound{kRound1, nullptr, true})).slot, Slot(0));
  const auto next = finish(0);
  ASSERT_EQ(next.size(), 2U);
  EXPECT_EQ(std::get<Compute>(next[0]).slot, Slot(1));
  const auto& told = std::get<Progress>(std::get<SendServer>(next[1]).message);
  EXPECT_EQ(told.done, slots({0}));
  EXPECT_EQ(told.in_hand, Slot(1));
  finish(1);
  EXPECT_EQ(finish(2).size(), 1U);  // a last report, no further chunk
  EXPECT_FALSE(worker_->computing());
}

TEST_F(WorkerTest, ReportsTheFractionOfTheChunkInHand) {
  hear(StartRound{kRound1, nullptr, true});
  const auto told = [&](double f) {
    return std::get<Progress>(only<SendServer>(step(ChunkFraction{kRound1, Slot(0), f})).message);
  };
  // Parts are rounded down, and all of them mean that it was finished.
  now_ += Duration(800);
  EXPECT_EQ(told(0.5).pace, (Pace{Duration(800), 8}));
  EXPECT_EQ(told(0.99).pace.parts, kChunkParts - 1);
  EXPECT_EQ(told(1.0).pace.parts, kChunkParts - 1);
  EXPECT_EQ(told(-1.0).pace.parts, 0);
  EXPECT_EQ(told(0.5).in_hand, Slot(0));
  EXPECT_EQ(told(0.5).in_hand_for, Duration(800));
  EXPECT_THAT(step(ChunkFraction{kRound1, Slot(1), 0.5}), IsEmpty());  // not the one in hand
  EXPECT_THAT(step(ChunkFraction{kRound2, Slot(0), 0.5}), IsEmpty());
}

TEST_F(WorkerTest, TheLargestRevisionOfATodoWins) {
  hear(StartRound{kRound1});
  const auto order = std::make_shared<const std::vector<Slot>>(std::vector<Slot>{Slot(2), Slot(1), Slot(0)});
  EXPECT_EQ(only<Abort>(hear(Todo{kRound1, 2, slots({1, 2}), order})).slot, Slot(0));
  EXPECT_THAT(hear(Todo{kRound1, 1, slots({0}), nullptr}), IsEmpty());  // overtaken
  EXPECT_THAT(hear(Todo{kRound2, 9, slots({0}), nullptr}), IsEmpty());  // of a round that is not here yet
  EXPECT_EQ(only<Compute>(step(ChunkEnded{kRound1, Slot(0), ChunkOutcome::stopped, {}})).slot, Slot(2));
  EXPECT_THAT(hear(Todo{kRound1, 3, slots({2, 1}), nullptr}), IsEmpty());  // what it does is still wanted
}

TEST_F(WorkerTest, AChunkThatWasFasterThanItsAbortCounts) {
  hear(StartRound{kRound1});
  EXPECT_EQ(only<Abort>(hear(Todo{kRound1, 1, {}, nullptr})).slot, Slot(0));
  const auto report = finish(0);
  EXPECT_EQ(std::get<Progress>(only<SendServer>(report).message).done, slots({0}));
}

// Skipped, and wanted again before its computation has stopped: what was begun is lost, the chunk is not.
TEST_F(WorkerTest, AChunkThatIsWantedAgainWhileItIsDroppedIsComputedAnew) {
  hear(StartRound{kRound1});
  EXPECT_EQ(only<Abort>(hear(Todo{kRound1, 1, slots({1, 2}), nullptr})).slot, Slot(0));
  EXPECT_THAT(hear(Todo{kRound1, 2, slots({0, 1, 2}), nullptr}), IsEmpty());
  EXPECT_THAT(step(ChunkFraction{kRound1, Slot(0), 0.5}), IsEmpty());  // it will not go on from there
  EXPECT_EQ(only<Compute>(step(ChunkEnded{kRound1, Slot(0), ChunkOutcome::stopped, {}})).slot, Slot(0));
}

TEST_F(WorkerTest, AChunkOfAnOldRoundThatWasFasterThanItsAbortIsReleased) {
  hear(StartRound{kRound1});
  EXPECT_EQ(only<Abort>(hear(StartRound{kRound2})).slot, Slot(0));
  const auto actions = finish(0);
  ASSERT_EQ(actions.size(), 2U);
  EXPECT_EQ(std::get<Release>(actions[0]).stamp, kRound1);
  EXPECT_EQ(std::get<Compute>(actions[1]).stamp, kRound2);
  EXPECT_TRUE(worker_->done().empty());
}

TEST_F(WorkerTest, ASlotThatGaveNanIsNotTriedAgain) {
  hear(StartRound{kRound1});
  const auto actions = step(ChunkEnded{kRound1, Slot(0), ChunkOutcome::rejected, "NaN"});
  ASSERT_EQ(actions.size(), 2U);
  EXPECT_EQ(std::get<ChunkRejected>(std::get<SendServer>(actions[0]).message).slot, Slot(0));
  EXPECT_EQ(std::get<Compute>(actions[1]).slot, Slot(1));
  hear(Todo{kRound1, 1, slots({0, 1}), nullptr});
  EXPECT_EQ(finish(1).size(), 1U);
}

TEST_F(WorkerTest, TheSignalDropsTheChunkInHandAndHasTheVectorEncoded) {
  hear(StartRound{kRound1});
  finish(0);
  const auto actions = signal(1, slots({0}), 3);
  ASSERT_EQ(actions.size(), 2U);
  EXPECT_EQ(std::get<Abort>(actions[0]).slot, Slot(1));
  EXPECT_EQ(std::get<EncodeAndSend>(actions[1]).first_segment, 3U);
  EXPECT_THAT(step(ChunkEnded{kRound1, Slot(1), ChunkOutcome::stopped, {}}), IsEmpty());
  step(VectorSent{{kRound1, Epoch(1)}});
  EXPECT_THAT(notes_, ElementsAre(NoteKind::vector_sent));
}

TEST_F(WorkerTest, ANewTicketWithdrawsTheOldVector) {
  hear(StartRound{kRound1});
  finish(0);
  signal(1, slots({0}));
  const auto again = signal(2, slots({0}));
  ASSERT_EQ(again.size(), 2U);
  EXPECT_EQ(std::get<Withdraw>(again[0]).ticket.epoch, Epoch(1));
  EXPECT_EQ(std::get<EncodeAndSend>(again[1]).ticket.epoch, Epoch(2));
  EXPECT_THAT(step(VectorSent{{kRound1, Epoch(1)}}), IsEmpty());  // it had just been sent
  EXPECT_THAT(notes_, IsEmpty());
  EXPECT_EQ(only<Withdraw>(signal(3, {})).ticket.epoch, Epoch(2));  // nothing of it is selected any more
  EXPECT_THAT(signal(3, slots({0})), IsEmpty());                    // the same signal again
  EXPECT_THAT(notes_, ElementsAre(NoteKind::message_ignored));
}

// A loss after the signal: the server sends the signal, then the wish for one more chunk, and the network
// swaps them.
TEST_F(WorkerTest, ATodoThatOvertakesTheSignalHolds) {
  hear(StartRound{kRound1});
  finish(0);
  EXPECT_THAT(hear(Todo{kRound1, 1, slots({1}), nullptr}), IsEmpty());  // it is in hand
  const auto actions = signal(1, slots({0}));
  ASSERT_EQ(actions.size(), 1U);
  EXPECT_TRUE(std::holds_alternative<EncodeAndSend>(actions[0]));
  EXPECT_TRUE(worker_->computing());
  EXPECT_EQ(finish(1).size(), 1U);  // it reports, and begins nothing that is not wanted
  EXPECT_FALSE(worker_->computing());
}

TEST_F(WorkerTest, ATodoFromBeforeTheSignalIsLateBehindIt) {
  hear(StartRound{kRound1});
  finish(0);
  signal(1, slots({0}), 0, 1);
  step(ChunkEnded{kRound1, Slot(1), ChunkOutcome::stopped, {}});
  EXPECT_THAT(hear(Todo{kRound1, 1, slots({0, 1, 2}), nullptr}), IsEmpty());
  EXPECT_FALSE(worker_->computing());
}

// A worker that returns after the signal is told to begin the round, to compute nothing, and then to compute
// a chunk that a loss has uncovered; the last of these is the first to arrive.
TEST_F(WorkerTest, ATodoThatOvertakesItsStartRoundHolds) {
  EXPECT_THAT(hear(Todo{kRound1, 2, slots({2}), nullptr}), IsEmpty());
  EXPECT_THAT(hear(Todo{kRound1, 1, slots({}), nullptr}), IsEmpty());
  const auto actions = hear(StartRound{kRound1});
  ASSERT_EQ(actions.size(), 1U);
  EXPECT_EQ(std::get<Compute>(actions[0]).slot, Slot(2));
  EXPECT_THAT(hear(Todo{kRound1, 1, slots({}), nullptr}), IsEmpty());
  finish(2);
  EXPECT_FALSE(worker_->computing());
}

TEST_F(WorkerTest, ATodoOfARoundThatNeverBeganMeansNothing) {
  hear(Todo{kRound1, 1, slots({2}), nullptr});
  const auto actions = hear(StartRound{kRound2});
  ASSERT_EQ(actions.size(), 1U);
  EXPECT_EQ(std::get<Compute>(actions[0]).slot, Slot(0));
}

TEST_F(WorkerTest, ASignalForWhatItDoesNotHaveIsIgnored) {
  hear(StartRound{kRound1});
  finish(0);
  const auto actions = signal(1, slots({0, 1}));
  EXPECT_EQ(only<Abort>(actions).slot, Slot(1));
  EXPECT_THAT(notes_, ElementsAre(NoteKind::chunk_dropped, NoteKind::message_ignored));
}

TEST_F(WorkerTest, ACommitReleasesEverything) {
  hear(StartRound{kRound1});
  finish(0);
  signal(1, slots({0}));
  EXPECT_THAT(hear(Committed{kRound2}), IsEmpty());
  const auto actions = hear(Committed{kRound1});
  ASSERT_EQ(actions.size(), 2U);
  EXPECT_EQ(std::get<Withdraw>(actions[0]).ticket.epoch, Epoch(1));
  EXPECT_EQ(std::get<Release>(actions[1]).stamp, kRound1);
}

TEST_F(WorkerTest, FollowsTheLexicographicallyLargerStamp) {
  constexpr Stamp kOld{Term(1), RoundId(5)};
  constexpr Stamp kNew{Term(2), RoundId(3)};
  hear(StartRound{kOld});
  finish(0, kOld);
  const auto actions = hear(StartRound{kNew});
  ASSERT_EQ(actions.size(), 2U);
  EXPECT_EQ(std::get<Abort>(actions[0]).stamp, kOld);
  EXPECT_EQ(std::get<Release>(actions[1]).stamp, kOld);
  EXPECT_THAT(notes_,
              ElementsAre(NoteKind::chunk_dropped, NoteKind::server_restarted, NoteKind::work_started));
  EXPECT_EQ(worker_->stamp(), kNew);
  // The old server does not know yet that it is dead.
  EXPECT_THAT(hear(StartRound{{Term(1), RoundId(6)}}), IsEmpty());
  EXPECT_THAT(notes_, ElementsAre(NoteKind::message_ignored));
  EXPECT_THAT(hear(Todo{kOld, 1, {}, nullptr}), IsEmpty());
  EXPECT_THAT(hear(Committed{kOld}), IsEmpty());
  EXPECT_EQ(worker_->stamp(), kNew);
}

TEST_F(WorkerTest, SaysWhyItWasRefused) {
  EXPECT_THAT(hear(Refused{"another plan"}), IsEmpty());
  EXPECT_THAT(notes_, ElementsAre(NoteKind::worker_refused));
  EXPECT_THAT(hear(Welcome{kRound1}), IsEmpty());
}

}  // namespace
}  // namespace gleaner
