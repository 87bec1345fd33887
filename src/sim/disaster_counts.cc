#include "sim/disaster_counts.h"

namespace gleaner {

DisasterCounts& DisasterCounts::operator+=(const DisasterCounts& o) {
  clusters += o.clusters;
  rounds += o.rounds;
  failed += o.failed;
  inexact += o.inexact;
  selected_again += o.selected_again;
  events += o.events;
  lost_after_signal += o.lost_after_signal;
  uncovering += o.uncovering;
  restarts += o.restarts;
  restarts_in_round += o.restarts_in_round;
  recommitted += o.recommitted;
  stale_vectors += o.stale_vectors;
  dead_vectors += o.dead_vectors;
  rejected_chunks += o.rejected_chunks;
  rejected_vectors += o.rejected_vectors;
  reconnects += o.reconnects;
  returns += o.returns;
  for (std::size_t k = 0; k < kKinds; ++k) {
    for (std::size_t s = 0; s < kWorkerSteps; ++s) {
      for (std::size_t p = 0; p < kPhases; ++p) blows[k][s][p] += o.blows[k][s][p];
    }
  }
  for (std::size_t s = 0; s < kServerSteps; ++s) server_blows[s] += o.server_blows[s];
  return *this;
}

}  // namespace gleaner
