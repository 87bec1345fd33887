// LIST: deal out the rest of a round by who is free next (beyond.md section 3).
#pragma once

#include "adapt/round_state.h"

namespace gleaner {

/// A heap of (next finish time, worker); pop the earliest; the worker takes, among the chunks it holds and
/// has not done or placed, the one with the fewest copies so far, then the one whose other holders are
/// slowest (smallest sum of 1 / chunk_time), then the lowest slot; push its next finish; until everything is
/// placed. The chunk in hand may be dropped: a worker goes on with it if no other of its chunks has fewer
/// copies.
///
/// Chunks with l copies are placed as well, last: whoever skips will not do them, and after a loss they may
/// be needed. O(copies (load + log workers)). A heuristic; a pure function.
[[nodiscard]] SlotOrders list_orders(const RoundState& state);

}  // namespace gleaner
