// The ledger: what became of the work of every worker on every chunk. A pure collector: it reads no clock,
// judges nothing and steers nothing.
//
// For a worker and one of its chunks, in one round:
//
//   computed   its gradient was finished; once more if it was computed again, as after the loss of a process
//   used       it is in the selection with which the round was committed
//   wasted     computed - used
//   aborted    it was begun and gave no gradient: a Todo or the signal stopped it, the process was lost or
//              hung, it was rejected as NaN, or the round was committed without waiting for it
//   skipped    by the last Todo that reached the worker in the round it is not wanted, and this process had
//              not begun it by then
//
// Seconds go the same way: busy is all time spent computing, a part of it on what was used, a part on what
// was aborted, and the rest was wasted. Work of lives that were lost counts, and so does that of rounds that
// a loss of the server undid: all of it is wasted. What is still in hand when the round is committed counts
// up to that moment.
//
//   computed = used + wasted, busy = used + wasted + aborted; sums over workers = sums over chunks
//   sum of used = Commit::chunks_used; sum of computed >= Commit::chunks_completed, which does not know what
//   was finished and never reported; without latency and cut links they are equal
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "base/slot_set.h"
#include "coding/plan.h"
#include "protocol/messages.h"
#include "protocol/worker.h"
#include "training/ledger_page.h"

namespace gleaner {

/// Told by a driver what happens, in order; O(1) for each event, O(workers + copies) per round. Belongs to
/// one thread.
class Ledger {
 public:
  explicit Ledger(std::shared_ptr<const Plan> plan);

  /// A new run, with the memory of the one before.
  void restart();
  /// What a round left that was never committed counts as work of this one.
  void round_begins(Stamp stamp, Time now);

  /// Compute: the worker begins this slot.
  void begins(Peer peer, Stamp stamp, Slot slot, Time now);
  /// ChunkEnded, after so much time. What ends that is not in hand here (any more) is ignored.
  void ends(Peer peer, Stamp stamp, Slot slot, ChunkOutcome outcome, Duration took);
  /// How long the chunk in hand has been computed.
  [[nodiscard]] Duration in_hand_for(WorkerId worker, Time now) const {
    return now - lives_[worker.index()].began;
  }
  /// A message reaches the worker.
  void told(Peer peer, const ServerMessage& message);
  /// The process is gone, or hangs.
  void lost(Peer peer, Time now);

  /// The round is committed with these slots.
  void commits(const UsedSlots& used, Time now);
  /// The committed round will be done again: a loss of the server undid it. `page` is what round() was then.
  void undo(const LedgerPage& page);

  /// Of the round that was committed last, without slowness.
  [[nodiscard]] const LedgerPage& round() const { return round_; }
  /// Of all rounds since restart().
  [[nodiscard]] const LedgerPage& run() const { return run_; }

  /// What a chunk took a worker in this round, as far as is known; until the next round begins.
  struct Seen {
    Duration time{};        ///< mean of what it finished; else what it spent on one chunk at least
    bool finished = false;  ///< something
    bool lost = false;
  };
  [[nodiscard]] Seen seen(WorkerId worker) const;

 private:
  struct Life {
    Incarnation life;
    bool in_hand = false;
    Slot slot;
    Time began{};
    std::uint32_t revision = 0;  // of the last will that reached it
    SlotSet begun;
    SlotSet left_out;
    std::int64_t finished = 0;  // in this round
    Duration finished_time{};
    Duration longest{};  // spent on one chunk that was not finished
    bool lost = false;   // in this round
  };
  [[nodiscard]] Life& life(Peer peer);
  [[nodiscard]] LedgerRow& row(ChunkId chunk) { return round_.chunks[chunk.index()]; }
  [[nodiscard]] ChunkId chunk_at(WorkerId worker, Slot slot) const {
    return plan_->assignment().chunk_at(worker, slot);
  }
  void aborts(WorkerId worker, Life& l, Duration took);

  std::shared_ptr<const Plan> plan_;
  std::vector<std::size_t> first_;  // of each worker in took_
  std::vector<Duration> took_;      // the gradient of each copy, finished last
  std::vector<Life> lives_;
  Stamp stamp_;
  bool open_ = false;  // a round has begun and was not committed
  LedgerPage round_;
  LedgerPage run_;
};

}  // namespace gleaner
