// What travels beside the messages: a piece of a coded vector. The machines never see it.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "protocol/messages.h"

namespace gleaner {

/// A segment of a coded vector. `index` one past the last segment, without data, ends a vector of which
/// nothing is wanted any more. Segments of one vector are sent in ascending order.
struct VectorSegment {
  Peer peer;
  Ticket ticket;
  std::uint32_t index = 0;
  std::vector<float> data;
  /// Whoever holds the data holds this: when it is let go the link may bring another segment. May be null.
  std::shared_ptr<void> credit = nullptr;
};

}  // namespace gleaner
