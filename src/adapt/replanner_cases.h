// Rounds that a Replanner is asked about, for its tests.
#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <vector>

#include <gtest/gtest.h>

#include "adapt/replanner.h"

namespace gleaner::testing_cases {

inline constexpr std::uint32_t kWorkers = 24;
inline constexpr unsigned kParts = 16;

// 24 workers, 24 chunks, four holders each, l = 2: with equal speeds everybody does two chunks.
class ReplannerTest : public testing::Test {
 protected:
  ReplannerTest() {
    const Assignment a = Assignment::regular_graph(kWorkers, kWorkers, 4, 7).value();
    plan_ = std::make_shared<const Plan>(
        Plan::make(Method::partial, a, Ordering::optimal(a), Frame::gaussian(kWorkers, 2, 1)).value());
    replanner_.emplace(plan_, ReplanOptions{});
    times_.assign(kWorkers, 1);
  }

  void two_speeds() {
    for (std::uint32_t j = 0; j < kWorkers; j += 2) times_[j] = 5;
  }

  // Everybody is in the chunk that it began with, and tells how far.
  RoundReport report(double now) const {
    RoundReport r{now, false, false, std::vector<WorkerReport>(kWorkers)};
    for (std::uint32_t j = 0; j < kWorkers; ++j) {
      WorkerReport& w = r.workers[j];
      w.works = true;
      w.elapsed = w.in_hand_for = now;
      w.parts = std::min(kParts - 1, static_cast<unsigned>(now / times_[j] * kParts));
      w.order = plan_->ordering().of(WorkerId(j));
      w.in_hand = w.order.front();
    }
    return r;
  }

  // Much later nobody has got any further than the report says: the first report was a lie.
  RoundReport late(RoundReport r, double now) const {
    for (WorkerReport& w : r.workers) w.in_hand_for += now - r.now;
    r.now = now;
    r.late = true;
    return r;
  }

  [[nodiscard]] RoundState truth(const RoundReport& r) const {
    RoundState state{&plan_->assignment(), 2, std::vector<WorkerState>(kWorkers)};
    for (std::uint32_t j = 0; j < kWorkers; ++j) {
      state.workers[j].chunk_time = times_[j];
      state.workers[j].in_hand = r.workers[j].in_hand;
      state.workers[j].remaining = times_[j] - r.workers[j].in_hand_for;
    }
    return state;
  }
  [[nodiscard]] SlotOrders orders_of(const RoundReport& r) const {
    SlotOrders orders;
    for (const WorkerReport& w : r.workers) orders.emplace_back(w.order.begin(), w.order.end());
    return orders;
  }

  std::shared_ptr<const Plan> plan_;
  std::optional<Replanner> replanner_;
  std::vector<double> times_;
};

}  // namespace gleaner::testing_cases
