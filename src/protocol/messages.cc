#include "protocol/messages.h"

#include <fmt/format.h>

namespace gleaner {

std::string text(Stamp stamp) {
  if (stamp.term.value <= 1) return fmt::format("round {}", stamp.round.value);
  return fmt::format("round {} of term {}", stamp.round.value, stamp.term.value);
}

}  // namespace gleaner
