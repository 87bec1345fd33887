// What a plan for the rest of a round starts from.
#pragma once

#include <cstddef>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "base/ids.h"
#include "base/slot_set.h"
#include "coding/assignment.h"

namespace gleaner {

/// One worker as it stands now. Times are in seconds, or in any other unit that all share.
struct WorkerState {
  static constexpr double kNever = std::numeric_limits<double>::infinity();

  /// For one chunk, > 0; +inf: nothing is expected of it any more.
  double chunk_time = kNever;
  SlotSet done;      ///< copies that count
  SlotSet excluded;  ///< that it will not do, whatever happens: rejected ones
  std::optional<Slot> in_hand;
  double remaining = 0;  ///< until the chunk in hand is finished, in (0, chunk_time]

  [[nodiscard]] bool works() const { return chunk_time < kNever; }
};

/// The cluster in the middle of a round (or at its start: nothing is done).
struct RoundState {
  const Assignment* assignment = nullptr;  ///< not null
  std::size_t blocks = 1;                  ///< l
  std::vector<WorkerState> workers;        ///< one per worker of the assignment

  /// |S_i| of every chunk.
  [[nodiscard]] std::vector<std::uint32_t> copies() const;
  /// sum of 1 / chunk_time over the holders of every chunk: how soon it is done, whatever the plan.
  [[nodiscard]] std::vector<double> rates() const;
  /// Copies that are short of l, over all chunks.
  [[nodiscard]] std::size_t missing() const;
};

/// For every worker the slots that it should do, first things first. A worker with nothing to do has none.
using SlotOrders = std::vector<std::vector<Slot>>;

}  // namespace gleaner
