// From the observed to the selected state, and what a loss does to it (protocol.md section 7).
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "protocol/server.h"

namespace gleaner {

// What a worker adds to coverage. A vector of a dead life that arrived whole still counts, as long as no
// change of a neighbour has touched its chunks; then, or before, it is what the living worker has finished.
SlotSet Server::contribution_of(WorkerId worker) const {
  const PeerState& p = peers_[worker.index()];
  const SlotSet& used = used_[worker.index()];
  if (!used.empty() && !can_encode_again(p)) return used;
  if (!p.live || p.barred) return {};
  return code_->counted(*plan_, worker, p.observed);
}

void Server::refresh_contribution(WorkerId worker) {
  SlotSet& before = peers_[worker.index()].contributed;
  SlotSet after = contribution_of(worker);
  if (after == before) return;
  coverage_.remove(plan_->assignment(), worker, before - after);
  coverage_.add(plan_->assignment(), worker, after - before);
  before = std::move(after);
}

double Server::residual_squared() const {
  if (coverage_.complete()) return 0;
  if (plan_->method() != Method::original) return static_cast<double>(coverage_.residual_squared());
  return code_->residual_squared(*plan_, contributions());
}

UsedSlots Server::contributions() const {
  UsedSlots contributed(peers_.size());
  for (std::size_t w = 0; w < peers_.size(); ++w) contributed[w] = peers_[w].contributed;
  return contributed;
}

bool Server::rule_met() const {
  const std::size_t missing = coverage_.residual_squared();
  const std::size_t all = plan_->chunks() * plan_->blocks();
  if (missing == all) return false;  // nothing at all is no gradient
  if (missing <= forgiven_) return true;
  switch (options_.recovery.kind) {
    case Recovery::Kind::exact: return false;
    case Recovery::Kind::deadline: return deadline_passed_;
    case Recovery::Kind::residual:
      return std::sqrt(residual_squared() / static_cast<double>(all)) <= options_.recovery.residual;
  }
  return false;
}

void Server::end_computing_if_met(Out& out) {
  if (phase_ != Phase::computing && !mending()) return;
  if (!rule_met()) return;
  if (selection_) {
    select_again(out);
  } else {
    select_first(out);
  }
}

void Server::mend(Out& out) {
  if (selection_ && !mending()) return;  // the loss changed nothing that is still needed
  if (rule_met()) {
    end_computing_if_met(out);
  } else if (mending()) {
    compute_again(out);
  }
}

void Server::select_first(Out& out) {
  std::vector<WorkerId> encoders;
  Note met = note(NoteKind::rule_met);
  met.count = completed_;
  met.text = coverage_.complete() ? fmt::format("every chunk has {} or more copies", plan_->blocks())
             : deadline_passed_   ? "the deadline has passed"
             : forgiven_ > 0      ? "everything that can still come is there"
                                  : "the residual is small enough";
  out.push_back(met);
  epoch_ = Epoch(1);
  Note n = note(NoteKind::selected);
  for (std::size_t w = 0; w < peers_.size(); ++w) {
    used_[w] = peers_[w].contributed;
    if (used_[w].empty()) continue;
    encoders.emplace_back(static_cast<std::uint32_t>(w));
    n.count += used_[w].count();
  }
  n.total = encoders.size();
  out.push_back(n);
  announce(encoders, out);
}

void Server::select_again(Out& out) {
  const Assignment& a = plan_->assignment();
  if (!code_->rows_are_local(*plan_, selection_->used) || !code_->rows_are_local(*plan_, contributions())) {
    touch_everything(out);
    if (!rule_met()) return compute_again(out);
  }
  // Only chunks whose holders changed are selected anew; all others keep the coefficients that are in use.
  std::vector<std::uint8_t> encodes(peers_.size(), 0);
  std::size_t touched = 0;
  for (std::size_t i = 0; i < touched_.size(); ++i) {
    if (touched_[i] == 0) continue;
    ++touched;
    for (const Assignment::Holder& h : a.holders_of(ChunkId(static_cast<std::uint32_t>(i)))) {
      SlotSet& used = used_[h.worker.index()];
      const bool before = used.contains(h.slot);
      if (peers_[h.worker.index()].contributed.contains(h.slot)) {
        used.insert(h.slot);
      } else {
        used.erase(h.slot);
      }
      if (before || used.contains(h.slot)) encodes[h.worker.index()] = 1;
    }
  }
  epoch_ = Epoch(epoch_.value + 1);
  std::vector<WorkerId> encoders;
  for (std::size_t w = 0; w < peers_.size(); ++w) {
    if (encodes[w] != 0 && peers_[w].live) encoders.emplace_back(static_cast<std::uint32_t>(w));
  }
  Note n = note(NoteKind::reselected);
  n.count = static_cast<std::uint64_t>(
      std::count_if(encoders.begin(), encoders.end(), [&](WorkerId w) { return !used_[w.index()].empty(); }));
  n.total = touched;
  out.push_back(n);
  announce(encoders, out);
}

// `encoders`: live workers whose coefficients changed; those with nothing left to send only withdraw.
void Server::announce(const std::vector<WorkerId>& encoders, Out& out) {
  const bool first = selection_ == nullptr;
  selection_ = std::make_shared<const Selection>(Selection{stamp_, epoch_, used_});
  phase_ = Phase::collecting;
  std::fill(touched_.begin(), touched_.end(), std::uint8_t{0});
  touched_count_ = 0;
  for (const WorkerId w : encoders) {
    PeerState& p = peers_[w.index()];
    p.epoch = epoch_;
    p.expected = !used_[w.index()].empty();
    p.arrived = false;
    p.used_life = p.life;
    if (p.expected) ++p.encoded;
  }
  Expect expect{selection_, {}};
  for (std::size_t w = 0; w < peers_.size(); ++w) {
    if (!peers_[w].expected) continue;
    const WorkerId worker(static_cast<std::uint32_t>(w));
    expect.vectors.push_back({{worker, peers_[w].used_life}, peers_[w].epoch});
  }
  out.push_back(std::move(expect));
  for (std::size_t w = 0; w < peers_.size(); ++w) {
    PeerState& p = peers_[w];
    if (!p.live) continue;
    const WorkerId worker(static_cast<std::uint32_t>(w));
    const Peer peer{worker, p.life};
    const bool encodes = std::find(encoders.begin(), encoders.end(), worker) != encoders.end();
    if (encodes || first) {
      p.wanted.clear();
      out.push_back(SendWorker{peer, Transmit{{stamp_, epoch_}, selection_, first_segment_}});
    } else if (!p.wanted.empty()) {
      tell_todo(worker, {}, out);
    }
  }
  commit_if_complete(out);
}

void Server::invalidate(WorkerId worker, Out& out) {
  const Assignment& a = plan_->assignment();
  std::vector<WorkerId> queue{worker};
  while (!queue.empty()) {
    const WorkerId gone = queue.back();
    queue.pop_back();
    const SlotSet was = std::exchange(used_[gone.index()], SlotSet{});
    PeerState& g = peers_[gone.index()];
    g.expected = g.arrived = false;
    was.for_each([&](Slot slot) {
      const ChunkId chunk = a.chunk_at(gone, slot);
      touched_count_ += touched_[chunk.index()] == 0 ? 1 : 0;
      touched_[chunk.index()] = 1;
      for (const Assignment::Holder& h : a.holders_of(chunk)) {
        if (h.worker == gone || !used_[h.worker.index()].contains(h.slot)) continue;
        PeerState& p = peers_[h.worker.index()];
        if (!can_encode_again(p)) {
          if (std::find(queue.begin(), queue.end(), h.worker) == queue.end()) queue.push_back(h.worker);
        }
        if (p.expected) out.push_back(Forget{stamp_, h.worker});
        p.expected = p.arrived = false;
      }
    });
    refresh_contribution(gone);
  }
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
    peers_[w].expected = peers_[w].arrived = false;
  }
  std::fill(touched_.begin(), touched_.end(), std::uint8_t{1});
  touched_count_ = touched_.size();
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
  out.push_back(n);
  for (std::size_t w = 0; w < peers_.size(); ++w) {
    const PeerState& p = peers_[w];
    if (!p.live || p.barred) continue;
    const WorkerId worker(static_cast<std::uint32_t>(w));
    const SlotSet wanted = code_->needed(*plan_, worker, p.observed, coverage_) - p.rejected;
    n.total += wanted.empty() ? 0 : 1;
    if (wanted != p.wanted) tell_todo(worker, wanted, out);
  }
  out[place] = n;
}

void Server::tell_todo(WorkerId worker, const SlotSet& wanted, Out& out) {
  PeerState& p = peers_[worker.index()];
  p.wanted = wanted;
  out.push_back(SendWorker{{worker, p.life}, Todo{stamp_, ++p.revision, wanted, nullptr}});
}

void Server::commit_if_complete(Out& out) {
  if (phase_ != Phase::collecting || mending()) return;
  if (std::any_of(peers_.begin(), peers_.end(), [](const PeerState& p) { return p.expected && !p.arrived; }))
    return;
  phase_ = Phase::committing;
  Commit c;
  c.stamp = stamp_;
  c.selection = selection_;
  if (options_.recovery.kind != Recovery::Kind::exact || forgiven_ > 0) {
    c.residual = std::sqrt(std::max(0.0, code_->residual_squared(*plan_, used_)) /
                           static_cast<double>(plan_->chunks() * plan_->blocks()));
  }
  c.chunks_completed = completed_;
  c.live_workers = static_cast<std::uint32_t>(live_workers());
  for (std::size_t w = 0; w < peers_.size(); ++w) {
    c.chunks_used += used_[w].count();
    if (peers_[w].encoded > 1) c.reencoded.emplace_back(static_cast<std::uint32_t>(w));
  }
  Note n = note(NoteKind::recovered);
  n.value = c.residual;
  n.count = c.chunks_used;
  out.push_back(n);
  out.push_back(std::move(c));
}

}  // namespace gleaner
