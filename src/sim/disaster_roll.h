// Who lives and what each has, kept from outside of the machines: the checker's roll.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "coding/plan.h"
#include "protocol/server.h"
#include "protocol/worker.h"

namespace gleaner {

/// Two accounts of every worker: what its incarnations really finished, and what the server has been told of
/// them. Value type; the plan must outlive it.
class DisasterRoll {
 public:
  explicit DisasterRoll(const Plan& plan) : plan_(&plan), seats_(plan.workers()), work_(plan.workers()) {}

  // ---- what the server is told
  void server_starts();
  void round_begins();
  void hears(const FromWorker& said, Stamp stamp);
  void loses(Peer peer);
  /// The server's answer: this peer is in.
  void welcomes(Peer peer);
  void bars(WorkerId worker) { seats_[worker.index()].barred = true; }
  [[nodiscard]] bool is_live(Peer peer) const;
  [[nodiscard]] bool has_joined_before(Peer peer) const {
    return seats_[peer.worker.index()].life == peer.life;
  }

  // ---- the truth
  void ends(Peer peer, Stamp stamp, Slot slot, ChunkOutcome outcome);
  /// What this incarnation has finished in this round, ever.
  [[nodiscard]] SlotSet finished(Peer peer, Stamp stamp) const { return work(peer, stamp).finished; }
  /// What it had to throw away.
  [[nodiscard]] SlotSet thrown_away(Peer peer, Stamp stamp) const { return work(peer, stamp).thrown_away; }

  /// The recount: what the workers on the roll could give to the round if each of them did all that it can.
  [[nodiscard]] UsedSlots possible() const;

 private:
  struct Seat {
    Incarnation life;
    bool live = false;
    bool barred = false;
    SlotSet rejected;
    Peer speaker;        // whose Hello came last
    bool keeps = false;  // and said that it keeps its work of this round
  };
  struct Work {
    Stamp stamp;
    SlotSet finished;
    SlotSet thrown_away;
  };
  [[nodiscard]] Work work(Peer peer, Stamp stamp) const;

  const Plan* plan_;
  std::vector<Seat> seats_;
  std::vector<std::map<Incarnation, Work>> work_;
};

}  // namespace gleaner
