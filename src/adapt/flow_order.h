// Flow first: the rest of a round as soon as it can end (beyond.md section 3).
#pragma once

#include <cstdint>
#include <optional>

#include "adapt/round_state.h"
#include "coding/growing_cover.h"

namespace gleaner {

/// Plans the rest of rounds on one placement, reusing its memory. Not thread safe.
class FlowPlanner {
 public:
  /// Keeps a reference to `assignment`. REQUIRES: blocks >= 1.
  FlowPlanner(const Assignment& assignment, std::size_t blocks) : cover_(assignment, blocks) {}

  struct Plan {
    SlotOrders orders;
    double until = WorkerState::kNever;  ///< when the flow is done, from now; +inf: it never covers
  };

  /// The moments at which workers can have finished one chunk more come in ascending order, and each lets the
  /// cover of the chunks grow (GrowingCover); a worker whose chunk in hand is still short goes on with it.
  /// When every chunk has l copies the cover is the flow of B2 from the present state. Each worker does its
  /// chunks of the flow first, the chunk in hand before the others; then the rest, those with the fewest
  /// copies in sight first; among equals those whose holders are slowest. With true speeds, nothing in hand
  /// and chunks that nobody drops, `until` is the earliest possible end of the round. Where the cover never
  /// gets whole, LIST deals out everything.
  ///
  /// Nothing if the search takes more than `steps_max` steps (GrowingCover::steps); a decision that is the
  /// same on every machine.
  [[nodiscard]] std::optional<Plan> plan(const RoundState& state, std::uint64_t steps_max);

 private:
  [[nodiscard]] SlotOrders orders_of_cover(const RoundState& state) const;

  GrowingCover cover_;
};

}  // namespace gleaner
