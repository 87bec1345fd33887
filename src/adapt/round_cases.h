// Random rounds for the property tests of adapt. Call inside a property only.
#pragma once

#include <algorithm>
#include <vector>

#include "adapt/round_state.h"
#include "coding/test_cases.h"

namespace gleaner::testing_cases {

/// Half of the draws are powers of two: moments coincide, and sums of 1 / s are exact. Some workers never
/// finish anything.
inline std::vector<double> any_chunk_times(std::size_t workers, Random& random) {
  std::vector<double> times(workers);
  const bool coarse = random.below(2) == 0;
  for (double& s : times) {
    s = coarse ? 0.25 * static_cast<double>(1U << random.below(5)) : 0.01 + random.exponential(1);
    if (random.below(8) == 0) s = WorkerState::kNever;
  }
  return times;
}

struct Middle {
  bool done = true;
  bool in_hand = true;
};

/// The start of a round, or its middle. Keeps a pointer to `assignment`.
inline RoundState any_round(const Assignment& assignment, std::size_t blocks, Middle middle) {
  Random random = any_random();
  RoundState state{&assignment, blocks, std::vector<WorkerState>(assignment.workers())};
  const std::vector<double> times = any_chunk_times(assignment.workers(), random);
  for (std::uint32_t j = 0; j < assignment.workers(); ++j) {
    WorkerState& w = state.workers[j];
    w.chunk_time = times[j];
    std::vector<Slot> left;
    for (std::uint32_t s = 0; s < assignment.load(WorkerId(j)); ++s) {
      const std::uint64_t fate = middle.done ? random.below(10) : 9;
      if (fate < 3) {
        w.done.insert(Slot(s));
      } else if (fate == 3) {
        w.excluded.insert(Slot(s));
      } else {
        left.emplace_back(s);
      }
    }
    if (!middle.in_hand || !w.works() || left.empty() || random.below(2) == 0) continue;
    w.in_hand = left[random.below(left.size())];
    w.remaining = w.chunk_time * static_cast<double>(1 + random.below(4)) / 4;
  }
  return state;
}

/// Every worker's slots in any order, some of them left out.
inline SlotOrders any_orders(const Assignment& assignment) {
  Random random = any_random();
  SlotOrders orders(assignment.workers());
  for (std::uint32_t j = 0; j < assignment.workers(); ++j) {
    for (std::uint32_t s = 0; s < assignment.load(WorkerId(j)); ++s) {
      if (random.below(10) > 0) orders[j].emplace_back(s);
    }
    random.shuffle(std::span(orders[j]));
  }
  return orders;
}

/// Whether each worker that works has every slot that it has not done and may do once, the others none.
inline bool deals_out_everything(const RoundState& state, const SlotOrders& orders) {
  for (std::uint32_t j = 0; j < state.workers.size(); ++j) {
    const WorkerState& w = state.workers[j];
    std::vector<Slot> due;
    for (std::uint32_t s = 0; w.works() && s < state.assignment->load(WorkerId(j)); ++s) {
      if (!w.done.contains(Slot(s)) && !w.excluded.contains(Slot(s))) due.emplace_back(s);
    }
    std::vector<Slot> dealt = orders[j];
    std::sort(dealt.begin(), dealt.end());
    if (dealt != due) return false;
  }
  return true;
}

}  // namespace gleaner::testing_cases
