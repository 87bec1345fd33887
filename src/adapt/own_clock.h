// What workers say of their times, within the bounds that the server saw by its own clock.
#pragma once

#include "adapt/round_report.h"

namespace gleaner {

/// A worker computes from the moment at which it gets the round until nothing is wanted of it any more. So
/// what it has in hand was begun after its last finished chunk and by its last will, and what it finished
/// lasted from one of these to the report, but for the time that messages take. Times that are told outside
/// of these bounds are moved to the nearest: a clock that is wrong, or lies, by any factor then does no harm.
/// In place, O(workers).
///
/// How long messages take is judged by those that have finished nothing yet: twice the median of the time
/// that is not accounted for between their start and their report. One tenth of the time itself is left to
/// hiccups.
void correct_by_own_clock(RoundReport& report, unsigned parts);

}  // namespace gleaner
