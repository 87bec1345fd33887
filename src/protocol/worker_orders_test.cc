// Orders, and how far it is: what a worker has to do with policy replan.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "protocol/worker.h"

namespace gleaner {
namespace {

using testing::IsEmpty;

constexpr Stamp kRound1{Term(1), RoundId(1)};
constexpr Stamp kRound2{Term(1), RoundId(2)};

OrderRef order(std::initializer_list<std::uint32_t> members) {
  std::vector<Slot> slots;
  for (const std::uint32_t s : members) slots.emplace_back(s);
  return std::make_shared<const std::vector<Slot>>(slots);
}

// Worker 0 of four, each holding four of four chunks, in ascending order.
class WorkerOrdersTest : public testing::Test {
 protected:
  WorkerOrdersTest() {
    const Assignment a = Assignment::cyclic(4, 4, 4).value();
    plan_ = std::make_shared<const Plan>(
        Plan::make(Method::partial, a, Ordering::ascending(a), Frame::ones(4)).value());
    worker_.emplace(Peer{WorkerId(0), Incarnation(1)}, plan_);
  }
  std::vector<WorkerAction> step(const WorkerEvent& event) {
    std::vector<WorkerAction> all;
    worker_->step(now_, event, all);
    std::erase_if(all, [](const WorkerAction& a) { return std::holds_alternative<Note>(a); });
    return all;
  }
  std::vector<WorkerAction> hear(const ServerMessage& message) { return step(message); }
  std::vector<WorkerAction> end(std::uint32_t slot, ChunkOutcome outcome, double fraction = 0) {
    return step(ChunkEnded{kRound1, Slot(slot), outcome, {}, fraction});
  }
  // The slots that it computes from now on until it has nothing more to do.
  std::vector<std::uint32_t> rest(std::vector<WorkerAction> actions) {
    std::vector<std::uint32_t> computed;
    for (bool any = true; any;) {
      any = false;
      for (const WorkerAction& a : std::exchange(actions, {})) {
        const auto* compute = std::get_if<Compute>(&a);
        if (compute == nullptr) continue;
        computed.push_back(compute->slot.value);
        actions = end(compute->slot.value, ChunkOutcome::finished);
        any = true;
        break;
      }
    }
    return computed;
  }

  std::shared_ptr<const Plan> plan_;
  std::optional<Worker> worker_;
  Time now_{};
};

template <class Action>
const Action& only(const std::vector<WorkerAction>& actions) {
  EXPECT_EQ(actions.size(), 1U);
  return std::get<Action>(actions.at(0));
}

const Progress& told(const std::vector<WorkerAction>& actions) {
  return std::get<Progress>(only<SendServer>(actions).message);
}

TEST_F(WorkerOrdersTest, AnOrderOfTheRoundReplacesThePlansForThisRoundOnly) {
  EXPECT_THAT(rest(hear(StartRound{kRound1, order({2, 3, 0, 1})})), testing::ElementsAre(2, 3, 0, 1));
  EXPECT_EQ(std::get<Compute>(hear(StartRound{kRound2}).back()).slot, Slot(0));
}

TEST_F(WorkerOrdersTest, AnotherOrderDropsTheChunkInHandIfAnotherComesFirst) {
  hear(StartRound{kRound1, nullptr, true});
  EXPECT_EQ(only<Abort>(hear(Todo{kRound1, 1, SlotSet::first(4), order({3, 0, 1, 2})})).slot, Slot(0));
  EXPECT_THAT(rest(end(0, ChunkOutcome::stopped)), testing::ElementsAre(3, 0, 1, 2));
}

TEST_F(WorkerOrdersTest, AnotherOrderLeavesTheChunkInHandIfItComesFirst) {
  hear(StartRound{kRound1, nullptr, true});
  EXPECT_THAT(hear(Todo{kRound1, 1, SlotSet::first(4), order({0, 3, 2, 1})}), IsEmpty());
  EXPECT_THAT(rest(end(0, ChunkOutcome::finished)), testing::ElementsAre(3, 2, 1));
}

TEST_F(WorkerOrdersTest, WhatIsNotWantedDoesNotComeFirst) {
  hear(StartRound{kRound1, nullptr, true});
  SlotSet wanted = SlotSet::first(4);
  wanted.erase(Slot(3));
  EXPECT_THAT(hear(Todo{kRound1, 1, wanted, order({3, 0, 1, 2})}), IsEmpty());
}

TEST_F(WorkerOrdersTest, ARepeatedOrderDropsNothing) {
  hear(StartRound{kRound1, nullptr, true});
  hear(Todo{kRound1, 1, SlotSet::first(4), order({0, 3, 2, 1})});
  end(0, ChunkOutcome::finished);  // now at 3; skipping has it go on with 2 when 3 is there
  SlotSet wanted = SlotSet::first(4);
  wanted.erase(Slot(3));
  EXPECT_EQ(only<Abort>(hear(Todo{kRound1, 2, wanted, order({0, 3, 2, 1})})).slot, Slot(3));
  EXPECT_EQ(only<Compute>(end(3, ChunkOutcome::stopped)).slot, Slot(2));
  // A loss makes 3 wanted again, and it stands before 2: but 2 is in hand.
  EXPECT_THAT(hear(Todo{kRound1, 3, SlotSet::first(4), order({0, 3, 2, 1})}), IsEmpty());
  EXPECT_THAT(hear(Todo{kRound1, 4, SlotSet::first(4), nullptr}), IsEmpty());
  EXPECT_THAT(rest(end(2, ChunkOutcome::finished)), testing::ElementsAre(3, 1));
}

// An order may have been made before a chunk was known to be wanted.
TEST_F(WorkerOrdersTest, WhatIsWantedAndNotInTheOrderComesLast) {
  hear(StartRound{kRound1, nullptr, true});
  hear(Todo{kRound1, 1, SlotSet::first(4), order({3, 1})});
  EXPECT_THAT(rest(end(0, ChunkOutcome::stopped)), testing::ElementsAre(3, 1, 0, 2));
}

TEST_F(WorkerOrdersTest, TellsHowFarItIsWhenTheTimeHasCome) {
  now_ = Time(Duration(500));
  const auto start = hear(StartRound{kRound1, nullptr, true, Duration(40)});
  ASSERT_EQ(start.size(), 2U);
  EXPECT_EQ(std::get<TellFraction>(start[0]).at, now_ + Duration(40));
  now_ += Duration(40);
  const auto at_once = hear(Report{kRound1});
  EXPECT_EQ(only<TellFraction>(at_once).at, now_);
  EXPECT_THAT(hear(Report{kRound2}), IsEmpty());
  const Progress p = told(step(Fraction{kRound1, .3}));
  EXPECT_EQ(p.pace, (Pace{Duration(40), 4}));
  EXPECT_EQ(p.in_hand, Slot(0));
  EXPECT_EQ(p.in_hand_for, Duration(40));
  EXPECT_THAT(step(Fraction{kRound2, .3}), IsEmpty());
}

TEST_F(WorkerOrdersTest, ItTellsOfTheAttemptThatSaysMost) {
  hear(StartRound{kRound1, nullptr, true});
  now_ += Duration(800);
  hear(Todo{kRound1, 1, SlotSet::first(4), order({3, 0, 1, 2})});
  end(0, ChunkOutcome::stopped, .5);  // the chunk in hand was dropped half-way
  now_ += Duration(100);
  Progress p = told(step(Fraction{kRound1, .0625}));
  EXPECT_EQ(p.pace, (Pace{Duration(800), 8}));
  EXPECT_EQ(p.in_hand, Slot(3));
  EXPECT_EQ(p.in_hand_for, Duration(100));
  now_ += Duration(900);  // by now the one in hand says more
  p = told(step(Fraction{kRound1, .625}));
  EXPECT_EQ(p.pace, (Pace{Duration(1000), 10}));
  now_ += Duration(600);
  const auto done = end(3, ChunkOutcome::finished);
  p = std::get<Progress>(std::get<SendServer>(done.at(1)).message);
  EXPECT_EQ(p.pace, (Pace{Duration(1600), kChunkParts}));
  now_ += Duration(9000);  // and a finished one says it exactly
  EXPECT_EQ(told(step(Fraction{kRound1, .1})).pace, (Pace{Duration(1600), kChunkParts}));
}

TEST_F(WorkerOrdersTest, WhatItShowedInTheRoundBeforeIsNotToldAgain) {
  hear(StartRound{kRound1, nullptr, true});
  now_ += Duration(800);
  end(0, ChunkOutcome::finished);
  hear(StartRound{kRound2, nullptr, true});
  step(ChunkEnded{kRound1, Slot(1), ChunkOutcome::stopped, {}, .5});
  now_ += Duration(10);
  EXPECT_EQ(told(step(Fraction{kRound2, 0})).pace, (Pace{Duration(10), 0}));
}

}  // namespace
}  // namespace gleaner
