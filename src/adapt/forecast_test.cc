#include "adapt/forecast.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "adapt/round_cases.h"
#include "support/draws.h"

namespace gleaner {
namespace {

constexpr double kNever = WorkerState::kNever;

// The same round moment by moment; whatever can be counted is counted anew at each of them.
class StepByStep {
 public:
  StepByStep(const RoundState& state, const SlotOrders& orders, bool skip)
      : state_(state), orders_(orders), skip_(skip), hands_(orders.size()) {
    for (const WorkerState& w : state.workers) finished_.push_back(w.done);
  }

  double run(double limit) {
    double now = 0;
    while (!over()) {
      drop_what_is_covered();
      for (std::uint32_t j = 0; j < hands_.size(); ++j) {
        if (!hands_[j].slot) begin(j, now);
      }
      std::optional<std::uint32_t> next;
      for (std::uint32_t j = 0; j < hands_.size(); ++j) {
        if (hands_[j].slot && (!next || hands_[j].until < hands_[*next].until)) next = j;
      }
      if (!next || hands_[*next].until > limit) return kNever;
      now = hands_[*next].until;
      finished_[*next].insert(*hands_[*next].slot);
      hands_[*next].slot.reset();
    }
    return now;
  }

 private:
  struct Hand {
    std::optional<Slot> slot;
    double until = 0;
    bool first = true;
  };

  [[nodiscard]] std::size_t copies(std::uint32_t chunk) const {
    return testing_cases::copies_in(*state_.assignment, finished_)[chunk];
  }
  [[nodiscard]] bool over() const {
    const auto all = testing_cases::copies_in(*state_.assignment, finished_);
    return std::all_of(all.begin(), all.end(), [&](std::size_t n) { return n >= state_.blocks; });
  }
  [[nodiscard]] bool covered(std::uint32_t j, Slot s) const {
    return copies(state_.assignment->chunk_at(WorkerId(j), s).value) >= state_.blocks;
  }
  void drop_what_is_covered() {
    for (std::uint32_t j = 0; skip_ && j < hands_.size(); ++j) {
      if (hands_[j].slot && covered(j, *hands_[j].slot)) hands_[j].slot.reset();
    }
  }
  void begin(std::uint32_t j, double now) {
    const WorkerState& w = state_.workers[j];
    const bool first = std::exchange(hands_[j].first, false);
    if (!w.works()) return;
    for (const Slot s : orders_[j]) {
      if (finished_[j].contains(s) || w.excluded.contains(s) || (skip_ && covered(j, s))) continue;
      hands_[j].slot = s;
      hands_[j].until = now + (first && w.in_hand == s ? w.remaining : w.chunk_time);
      return;
    }
  }

  const RoundState& state_;
  const SlotOrders& orders_;
  bool skip_;
  std::vector<SlotSet> finished_;
  std::vector<Hand> hands_;
};

RC_GTEST_PROP(Forecast, IsTheRoundPlayedStepByStep, ()) {
  const Assignment a = testing_cases::any_assignment(2, 7);
  const std::size_t blocks = test::any_between(1, 2);
  const RoundState state = testing_cases::any_round(a, blocks, {});
  const SlotOrders orders = testing_cases::any_orders(a);
  for (const bool skip : {false, true}) {
    const double whole = StepByStep(state, orders, skip).run(kNever);
    RC_ASSERT(forecast(state, orders, skip) == whole);
    if (whole == kNever || whole == 0) continue;
    RC_ASSERT(forecast(state, orders, skip, whole) == whole);
    RC_ASSERT(forecast(state, orders, skip, whole * .999) == kNever);
  }
}

// Two workers hold both of two chunks; the second takes twice as long.
class ForecastOfTwo : public testing::Test {
 protected:
  ForecastOfTwo() {
    state_.workers[0].chunk_time = 1;
    state_.workers[1].chunk_time = 2;
  }
  Assignment a_ = Assignment::cyclic(2, 2, 2).value();
  RoundState state_{&a_, 1, std::vector<WorkerState>(2)};
  Slot slot_of(std::uint32_t worker, std::uint32_t chunk) const {
    return Slot(a_.chunk_at(WorkerId(worker), Slot(0)) == ChunkId(chunk) ? 0 : 1);
  }
};

TEST_F(ForecastOfTwo, SkippingFreesTheWorkerForTheOtherChunk) {
  const SlotOrders same{{slot_of(0, 0), slot_of(0, 1)}, {slot_of(1, 0), slot_of(1, 1)}};
  EXPECT_EQ(forecast(state_, same, false), 2);
  state_.workers[1].chunk_time = 0.9;  // it is done first, and both go over to the other chunk
  EXPECT_EQ(forecast(state_, same, true), 1.8);
  state_.workers[0].chunk_time = 0.5;
  EXPECT_EQ(forecast(state_, same, true), 1);
}

TEST_F(ForecastOfTwo, WhatIsInHandGoesOnOnlyIfItComesFirst) {
  state_.workers[0] = WorkerState{kNever, {}, {}, {}, 0};
  state_.workers[1].in_hand = Slot(1);
  state_.workers[1].remaining = 0.25;
  EXPECT_EQ(forecast(state_, {{}, {Slot(1), Slot(0)}}, true), 2.25);
  EXPECT_EQ(forecast(state_, {{}, {Slot(0), Slot(1)}}, true), 4);
  EXPECT_EQ(forecast(state_, {{}, {Slot(1)}}, true), kNever);
}

TEST_F(ForecastOfTwo, ARoundThatIsDoneTakesNoTime) {
  state_.workers[1].done = SlotSet::first(2);
  EXPECT_EQ(forecast(state_, {{}, {}}, true), 0);
}

}  // namespace
}  // namespace gleaner
