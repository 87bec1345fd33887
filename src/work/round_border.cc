#include "work/round_border.h"

namespace gleaner {

std::optional<Ending> RoundBorder::cross(const RoundRecord& last, Duration elapsed) {
  if (auto reason = reason_to_stop(spec_.stopping, last, elapsed)) return Ending{"completed", *reason};
  if (last.round >= spec_.rounds) return Ending{"completed", ""};
  if (!observer_.keep_going()) return Ending{"interrupted", "asked to stop"};
  return std::nullopt;
}

}  // namespace gleaner
