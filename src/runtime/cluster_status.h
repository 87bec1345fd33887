// What a server says when it is asked how the run is going.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/ids.h"

namespace gleaner {

struct MemberStatus {
  WorkerId worker;
  std::string state;         ///< never | fetching | here | leaving | left | lost
  std::uint64_t life = 0;    ///< number of its latest life
  std::string from;          ///< where it is
  double silent = 0;         ///< seconds since its last sign of life
  double suspicion = 0;      ///< 0 .. 1: given up at 1
  double limit = 0;          ///< seconds of silence at which it is given up
  double interval = 0;       ///< mean seconds between its signs of life
  std::uint64_t losses = 0;  ///< how often it was lost
};

struct ClusterStatus {
  std::string phase;  ///< waiting | running | stalled (it waits for lost workers) | over | busy
  std::uint64_t round = 0;
  std::uint64_t rounds = 0;
  double seconds = 0;  ///< since the server began
  double loss = 0;     ///< at the start of the last round that ended; NaN: none yet
  double seconds_per_round = 0;
  std::size_t spares = 0;
  std::vector<MemberStatus> workers;
};

}  // namespace gleaner
