// The link of one worker, as its driver sees it. Internal to cluster.h.
#pragma once

#include <cstdint>

#include "base/time.h"

namespace gleaner {

/// One direction of a link: a reliable stream unless the network model says otherwise.
struct Lane {
  Time free{};     // its bandwidth is taken until then
  Time latest{};   // arrival of what was sent last and not held up: nothing sent later arrives before
  Time segment{};  // the same of vector segments: they never overtake one another
  std::uint64_t sent = 0;
};

struct Link {
  bool up = false;
  std::uint32_t session = 0;  // counts the times it was up
  std::uint32_t valid = 0;    // what was sent in sessions before this one is lost
  Time hello{};               // arrival of the Hello of this session: nothing overtakes it
  Time loss_heard{};          // when the server has heard of the end of the session before
  Time isolated_until{};      // a partition: nothing gets through
  bool cut = false;           // broken until somebody mends it
  Lane to_server;
  Lane to_worker;
};

}  // namespace gleaner
