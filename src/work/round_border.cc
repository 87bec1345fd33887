#include "work/round_border.h"

#include "work/checkpoints.h"
#include "work/settings.h"

namespace gleaner {

std::optional<Ending> RoundBorder::ending(const RoundRecord& last, Duration elapsed,
                                          const std::optional<std::string>& asked) {
  if (auto reason = reason_to_stop(spec_.stopping, last, elapsed)) return Ending{"completed", *reason};
  if (last.round >= spec_.rounds) return Ending{"completed", ""};
  if (asked) return Ending{"interrupted", *asked};
  if (!observer_.keep_going()) return Ending{"interrupted", "asked to stop"};
  return std::nullopt;
}

bool RoundBorder::is_due(std::uint64_t round, bool ends) const {
  if (!spec_.checkpoint || saved_ == round) return false;
  const bool begins = !saved_ && spec_.resume != nullptr;
  return ends || begins || (round > 0 && round % spec_.checkpoint->every == 0);
}

Status RoundBorder::save(RoundId round, Duration elapsed, const Picture& picture) {
  if (Status s = observer_.before_checkpoint(); !s) return s;
  Snapshot snapshot = picture();
  snapshot.term = first_server(spec_).term;
  snapshot.round = round;
  snapshot.elapsed = elapsed;
  snapshot.settings = settings_of(spec_);
  return write_checkpoint(*spec_.checkpoint, snapshot);
}

std::optional<Ending> RoundBorder::cross(const RoundRecord& last, Duration elapsed, const Picture& picture,
                                         const std::optional<std::string>& asked) {
  std::optional<Ending> end = ending(last, elapsed, asked);
  if (!is_due(last.round, end.has_value())) return end;
  if (Status s = save(RoundId(last.round), elapsed, picture); !s)
    return Ending{"failed", s.error().sentence()};
  saved_ = last.round;
  return end;
}

Status RoundBorder::leave(RoundId last, Duration elapsed, const Picture& picture) {
  if (!spec_.checkpoint || last.value == 0 || saved_ == last.value) return {};
  if (Status s = save(last, elapsed, picture); !s) return s;
  saved_ = last.value;
  return {};
}

}  // namespace gleaner
