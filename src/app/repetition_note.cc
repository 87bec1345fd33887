#include "app/repetition_note.h"

#include <algorithm>

#include <fmt/format.h>

namespace gleaner {

std::string repetition_note(const SpeedModel& speeds, std::uint64_t trials, std::uint64_t rounds) {
  const std::uint64_t period = speeds.period();
  if (period == 0 || trials * rounds <= period) return {};
  return fmt::format(
      "the trace has {} rounds, gone through {:.3g} times as if they were new: the intervals are too narrow; "
      "--trials {} meets each once",
      period, static_cast<double>(trials * rounds) / static_cast<double>(period),
      std::max<std::uint64_t>(1, period / rounds));
}

}  // namespace gleaner
