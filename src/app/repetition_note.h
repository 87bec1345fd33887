// A warning that goes with every interval over a trace that was gone through more than once.
#pragma once

#include <cstdint>
#include <string>

#include "work/speeds.h"

namespace gleaner {

/// A mean over the same rounds again is known no better, whatever its interval says: a sentence with the
/// --trials that meet each round of the trace once. Empty where the speeds are drawn anew, or the trace is
/// long enough.
[[nodiscard]] std::string repetition_note(const SpeedModel& speeds, std::uint64_t trials,
                                          std::uint64_t rounds);

}  // namespace gleaner
