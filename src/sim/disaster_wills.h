// What each worker has been told to compute, and what it should have been told: the checker's twin of the
// server's Todos (beyond.md section 2).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "coding/plan.h"
#include "protocol/server.h"
#include "sim/disaster_roll.h"

namespace gleaner {

/// Until the signal, after every event: a live worker is told to compute a chunk that it has not reported if,
/// and only if, fewer than l + margin live workers have reported it; under the policy static always. It
/// counts anew each time. The order that it has been told last names each slot at most once, and all that it
/// is told to compute. Of a worker that comes back nothing is presumed: what it was told before may have been
/// lost with its link. Value type; the plan must outlive it.
class DisasterWills {
 public:
  DisasterWills(const Plan& plan, const ServerOptions& options);

  void server_starts();
  void round_begins();
  void hears(const FromWorker& said, Stamp stamp);
  void loses(Peer peer);
  void sends(const SendWorker& action);

  /// What is wrong, as a sentence. Of chunks that a worker really had to throw away nothing is asked of it.
  [[nodiscard]] std::optional<std::string> complaint(const DisasterRoll& roll, Stamp stamp) const;

 private:
  struct Seat {
    Incarnation life;
    bool live = false;
    bool told = false;  // anything at all in this round
    SlotSet wanted;
    std::optional<std::vector<Slot>> order;  // none: the plan's
    SlotSet reported;
    std::optional<Hello> hello;  // the last, until it is answered
  };
  [[nodiscard]] std::size_t copies(ChunkId chunk) const;
  [[nodiscard]] std::optional<std::string> complaint_of_order(WorkerId worker, const SlotSet& rejected) const;

  const Plan* plan_;
  std::optional<std::size_t> enough_;  // copies; none: never
  std::vector<Seat> seats_;
};

}  // namespace gleaner
