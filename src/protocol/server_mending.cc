// A loss behind the signal: whose vectors no longer count, and who computes what once more (protocol.md
// section 7).
#include <algorithm>
#include <utility>

#include "protocol/server.h"

namespace gleaner {

void Server::invalidate(WorkerId worker, Out& out) {
  const Assignment& a = plan_->assignment();
  std::vector<WorkerId> queue{worker};
  while (!queue.empty()) {
    const WorkerId gone = queue.back();
    queue.pop_back();
    const SlotSet was = std::exchange(used_[gone.index()], SlotSet{});
    PeerState& g = peers_[gone.index()];
    set_vector(g, false, false);
    was.for_each([&](Slot slot) { touch(a.chunk_at(gone, slot), queue, out); });
    refresh_contribution(gone);
  }
}

void Server::touch(ChunkId chunk, std::vector<WorkerId>& gone, Out& out) {
  touched_count_ += touched_[chunk.index()] == 0 ? 1 : 0;
  touched_[chunk.index()] = 1;
  for (const Assignment::Holder& h : plan_->assignment().holders_of(chunk)) {
    if (!used_[h.worker.index()].contains(h.slot)) continue;
    PeerState& p = peers_[h.worker.index()];
    if (!can_encode_again(p) && std::find(gone.begin(), gone.end(), h.worker) == gone.end()) {
      gone.push_back(h.worker);
    }
    if (p.expected) out.push_back(Forget{stamp_, h.worker});
    set_vector(p, false, false);
  }
}

// A selection short of copies may be made better where all of its users can encode again.
void Server::touch_improvable(Out& out) {
  const Coverage in_use = coverage_of(used_);
  std::vector<WorkerId> gone;
  for (std::size_t i = 0; i < touched_.size(); ++i) {
    const ChunkId chunk(static_cast<std::uint32_t>(i));
    if (touched_[i] != 0 || !in_use.is_short(chunk) || coverage_.copies(chunk) <= in_use.copies(chunk))
      continue;
    if (!is_frozen(chunk)) touch(chunk, gone, out);
  }
}

// Nothing can be added to the copies of this chunk without giving up a vector that cannot be encoded again.
bool Server::is_frozen(ChunkId chunk) const {
  if (touched_[chunk.index()] != 0) return false;
  const auto holders = plan_->assignment().holders_of(chunk);
  return std::any_of(holders.begin(), holders.end(), [&](const Assignment::Holder& h) {
    return used_[h.worker.index()].contains(h.slot) && !can_encode_again(peers_[h.worker.index()]);
  });
}

// Codes whose coefficients depend on the whole selection: nothing that was encoded before can be used.
void Server::touch_everything(Out& out) {
  for (std::size_t w = 0; w < peers_.size(); ++w) {
    const WorkerId worker(static_cast<std::uint32_t>(w));
    if (!used_[w].empty() && !can_encode_again(peers_[w])) invalidate(worker, out);
  }
  for (std::size_t w = 0; w < peers_.size(); ++w) {
    if (!peers_[w].expected) continue;
    out.push_back(Forget{stamp_, WorkerId(static_cast<std::uint32_t>(w))});
    set_vector(peers_[w], false, false);
  }
  std::fill(touched_.begin(), touched_.end(), std::uint8_t{1});
  touched_count_ = touched_.size();
}

// What a live worker should still compute. The residual of the original code is a fit in which any further
// vector may help, also one without a short chunk; a vector with a rejected chunk in it never comes.
SlotSet Server::wanted_of(WorkerId worker) const {
  const PeerState& p = peers_[worker.index()];
  if (!fits_whole_vectors()) return code_->needed(*plan_, worker, p.observed, coverage_) - p.rejected;
  if (!p.rejected.empty()) return {};
  return SlotSet::first(plan_->assignment().load(worker)) - p.observed;
}

bool Server::fits_whole_vectors() const {
  return plan_->method() == Method::original && plan_->blocks() == 1 &&
         options_.recovery.kind == Recovery::Kind::residual;
}

void Server::compute_again(Out& out) {
  const Assignment& a = plan_->assignment();
  phase_ = Phase::computing;
  out.push_back(Expect{selection_, {}});
  std::vector<ChunkId> uncovered;
  for (std::size_t i = 0; i < a.chunks(); ++i) {
    const ChunkId chunk(static_cast<std::uint32_t>(i));
    if (coverage_.is_short(chunk)) uncovered.push_back(chunk);
  }
  Note n = note(NoteKind::uncovered);
  n.count = uncovered.size();
  n.text = names(uncovered);
  const std::size_t place = out.size();
  if (options_.trace) out.emplace_back(n);
  for (std::size_t w = 0; w < peers_.size(); ++w) {
    const PeerState& p = peers_[w];
    if (!p.live || p.barred) continue;
    const WorkerId worker(static_cast<std::uint32_t>(w));
    const SlotSet wanted = wanted_of(worker);
    n.total += wanted.empty() ? 0 : 1;
    if (wanted != p.wanted) tell_todo(worker, wanted, out);
  }
  if (options_.trace) out[place] = std::move(n);
}

void Server::tell_todo(WorkerId worker, const SlotSet& wanted, Out& out) {
  PeerState& p = peers_[worker.index()];
  p.wanted = wanted;
  p.seen.busy_since = now_;
  if (learns() && (!p.in_hand || !wanted.contains(*p.in_hand))) expect_next(worker);
  out.push_back(SendWorker{{worker, p.life}, Todo{stamp_, ++p.revision, wanted, p.order}});
}

}  // namespace gleaner
