// Flow first, LIST after it: the rest of a round as soon as it can end (beyond.md section 3).
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
  /// When every chunk has l copies the cover is the flow of B2 from the present state; each worker does its
  /// chunks of the flow first, the chunk in hand before the others, then those whose other holders are slow;
  /// then LIST deals out all the rest. With true speeds, nothing in hand and chunks that nobody drops,
  /// `until` is the earliest possible end of the round.
  ///
  /// Nothing if the search takes more than `steps_max` steps (GrowingCover::steps); a decision that is the
  /// same on every machine.
  [[nodiscard]] std::optional<Plan> plan(const RoundState& state, std::uint64_t steps_max);

 private:
  GrowingCover cover_;
};

}  // namespace gleaner
