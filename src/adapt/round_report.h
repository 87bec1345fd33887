// What is heard of the workers in the middle of a round.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "base/ids.h"
#include "base/slot_set.h"

namespace gleaner {

/// What the server has seen of a worker by its own clock, in seconds since the round began.
struct SeenTimes {
  double heard = 0;          ///< its last report; none: when it was sent the round
  double last_finished = 0;  ///< its last finished chunk; none: when it was sent the round
  double busy_since = 0;     ///< the same, or its last will if that is later
  double took_least = 0;     ///< bounds of the chunk that it finished last
  double took_most = 0;      ///< 0: nothing was seen of it
  /// What its first report did not account for of the time since the round was sent to it.
  std::optional<double> messages = std::nullopt;
};

/// What a server knows of a worker in the middle of a round. Times in seconds.
struct WorkerReport {
  bool works = false;  ///< it is there, and may compute
  SlotSet done;        ///< copies that count
  SlotSet excluded;    ///< rejected
  double elapsed = 0;  ///< on the attempt at a chunk that tells most about its speed; 0: it has told nothing
  unsigned parts = 0;  ///< of that chunk, of ReplanOptions::parts
  std::optional<Slot> in_hand;  ///< at the time of its last report
  double in_hand_for = 0;       ///< by now
  std::span<const Slot> order;  ///< that it follows
  SeenTimes seen = {};
};

struct RoundReport {
  double now = 0;      ///< since the round began, > 0
  bool late = false;   ///< the round should be over by the last plan
  bool check = false;  ///< asked since Decision::check has come, and nothing else has been heard
  std::vector<WorkerReport> workers;
  double messages = 0;  ///< that they take to a worker and back (correct_by_own_clock)
};

}  // namespace gleaner
