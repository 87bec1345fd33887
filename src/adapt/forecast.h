// When would the round end, if every worker kept its speed?
#pragma once

#include "adapt/round_state.h"

namespace gleaner {

/// Plays the rest of a round: each worker does its order, first things first, `chunk_time` for each chunk
/// (`remaining` for the one in hand, if that is the first that it still has to do; a chunk in hand that is
/// not is dropped at once). With `skip`, a chunk with l copies is not begun any more, and dropped by whoever
/// has it in hand. Messages take no time; what happens at one moment happens in the order of workers.
///
/// Returns the time from now until every chunk has l copies; +inf if that never comes,
/// or comes after `limit`. O(copies log workers).
/// REQUIRES: orders.size() == workers; slots within the load. Thread safe: a pure function.
[[nodiscard]] double forecast(const RoundState& state, const SlotOrders& orders, bool skip,
                              double limit = WorkerState::kNever);

}  // namespace gleaner
