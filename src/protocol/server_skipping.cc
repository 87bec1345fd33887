// What the copies that are there make superfluous, and what a loss makes wanted again (beyond.md section 2).
//
//   copies of a chunk   0 .. l+margin-1 | l+margin ..
//   its other holders   compute it      | leave it out, or drop it
//
// A report or a loss moves some chunks over that line. Those are remembered while the event is handled, and
// after it every holder whose will they change gets one Todo: O(copies of these chunks), whatever m is.
#include <utility>

#include "protocol/server.h"

namespace gleaner {

// The margin is against losses before the signal. After it chunks are computed for one purpose, to have l
// copies again.
std::size_t Server::copies_wanted() const {
  return plan_->blocks() + (selection_ == nullptr ? options_.margin : 0);
}

SlotSet Server::will_for(WorkerId worker) const {
  const Assignment& a = plan_->assignment();
  SlotSet will = SlotSet::first(a.load(worker));
  if (!skips_) return will;
  SlotSet::first(a.load(worker)).for_each([&](Slot slot) {
    if (coverage_.copies(a.chunk_at(worker, slot)) >= copies_wanted()) will.erase(slot);
  });
  return will;
}

// By its old link a life may have got an older will of this round, but not the round itself: then it takes
// that will as soon as the round starts.
bool Server::differs_from_start(const PeerState& p, const SlotSet& will) const {
  return skips_ && (p.revision > 0 || will != p.wanted);
}

// A worker holds a chunk once, so each of these has one copy fewer or one more than before.
void Server::note_crossings(WorkerId worker, const SlotSet& gone, const SlotSet& come) {
  const Assignment& a = plan_->assignment();
  gone.for_each([&](Slot slot) {
    const ChunkId chunk = a.chunk_at(worker, slot);
    if (coverage_.copies(chunk) + 1 == copies_wanted()) crossed_.push_back(chunk);
  });
  come.for_each([&](Slot slot) {
    const ChunkId chunk = a.chunk_at(worker, slot);
    if (coverage_.copies(chunk) == copies_wanted()) crossed_.push_back(chunk);
  });
}

// A holder that has been told already, or has finished the chunk, is left alone. Once the signal is out
// everybody has stopped, and whoever shall go on is told by compute_again.
void Server::tell_crossings(Out& out) {
  if (phase_ == Phase::computing) {
    for (const ChunkId chunk : crossed_) {
      const bool wanted = coverage_.copies(chunk) < copies_wanted();
      for (const Assignment::Holder& h : plan_->assignment().holders_of(chunk)) {
        PeerState& p = peers_[h.worker.index()];
        if (!p.live || p.barred || p.wanted.contains(h.slot) == wanted) continue;
        if (p.observed.contains(h.slot) || p.rejected.contains(h.slot)) continue;
        if (wanted) {
          p.wanted.insert(h.slot);
        } else {
          p.wanted.erase(h.slot);
        }
        if (!std::exchange(p.will_changed, true)) to_be_told_.push_back(h.worker);
      }
    }
    for (const WorkerId worker : to_be_told_) {
      PeerState& p = peers_[worker.index()];
      p.will_changed = false;
      tell_todo(worker, p.wanted, out);
    }
  }
  to_be_told_.clear();
  crossed_.clear();
}

}  // namespace gleaner
