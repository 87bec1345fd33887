#include "sim/counting_work.h"

#include <algorithm>

namespace gleaner {

void CountingWork::begin_round(Stamp stamp) {
  stamp_ = stamp;
  paused_ = true;
  combined_ = 0;
  behind_ = 0;
  std::fill(incoming_.begin(), incoming_.end(), Incoming{});
}

void CountingWork::expect(const Expect& expect, Outcomes& out) {
  paused_ = expect.vectors.empty();
  if (paused_) return;
  epoch_ = expect.selection->epoch;
  for (Incoming& v : incoming_) v.expected = false;
  for (const Expect::Vector& wanted : expect.vectors) {
    Incoming& v = incoming_[wanted.peer.worker.index()];
    if (v.peer != wanted.peer || v.epoch != wanted.epoch) v = {wanted.peer, wanted.epoch, 0, false, false};
    v.expected = true;
  }
  behind_ = 0;
  for (const Incoming& v : incoming_) behind_ += is_behind(v) ? 1 : 0;
  for (Incoming& v : incoming_) {
    if (!v.expected) v = Incoming{};
  }
  combine(out);
}

void CountingWork::forget(WorkerId worker) {
  Incoming& v = incoming_[worker.index()];
  if (!v.expected) return;
  v = Incoming{};
  paused_ = true;  // what is left does not decode by itself: the next Expect says what does
}

void CountingWork::deliver(VectorSegment part, Outcomes& out) {
  Incoming& v = incoming_[part.peer.worker.index()];
  if (!v.expected || v.peer != part.peer || part.ticket != Ticket{stamp_, v.epoch}) return;  // stale
  if (v.started && part.index < v.next) return;                                              // a repetition
  const bool was_behind = is_behind(v);
  v.started = true;
  v.next = part.index + 1;
  behind_ -= was_behind && !is_behind(v) ? 1 : 0;
  combine(out);
  if (v.next >= segments_) out.emplace_back(VectorIn{part.peer, part.ticket});
}

void CountingWork::combine(Outcomes& out) {
  if (paused_ || behind_ > 0 || combined_ >= segments_) return;
  std::uint32_t least = segments_;
  for (const Incoming& v : incoming_) {
    if (v.expected) least = std::min(least, v.next);
  }
  combined_ = std::max(combined_, least);
  behind_ = 0;
  for (const Incoming& v : incoming_) behind_ += is_behind(v) ? 1 : 0;
  out.emplace_back(Combined{stamp_, combined_, epoch_});
}

}  // namespace gleaner
