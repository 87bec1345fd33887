// From the observed to the selected state, and what a loss does to it (protocol.md section 7).
#include <algorithm>
#include <cassert>
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
  const SlotSet gone = before - after;
  const SlotSet come = after - before;
  coverage_.remove(plan_->assignment(), worker, gone);
  coverage_.add(plan_->assignment(), worker, come);
  if (skips_) note_crossings(worker, gone, come);
  before = std::move(after);
}

UsedSlots Server::contributions() const {
  UsedSlots contributed(peers_.size());
  for (std::size_t w = 0; w < peers_.size(); ++w) contributed[w] = peers_[w].contributed;
  return contributed;
}

Coverage Server::coverage_of(const UsedSlots& slots) const {
  Coverage coverage(plan_->chunks(), plan_->blocks());
  for (std::size_t w = 0; w < slots.size(); ++w) {
    coverage.add(plan_->assignment(), WorkerId(static_cast<std::uint32_t>(w)), slots[w]);
  }
  return coverage;
}

// Where the users that are left are enough for a touched chunk, nobody else is drawn in: what a worker has
// finished since the signal is no reason to ask for its vector again.
UsedSlots Server::next_selection() const {
  UsedSlots next = used_;
  for (std::size_t i = 0; i < touched_.size(); ++i) {
    if (touched_[i] == 0) continue;
    const auto holders = plan_->assignment().holders_of(ChunkId(static_cast<std::uint32_t>(i)));
    const auto is_left = [&](const Assignment::Holder& h) {
      const std::size_t w = h.worker.index();
      return used_[w].contains(h.slot) && peers_[w].contributed.contains(h.slot);
    };
    const auto left = static_cast<std::size_t>(std::count_if(holders.begin(), holders.end(), is_left));
    for (const Assignment::Holder& h : holders) {
      const std::size_t w = h.worker.index();
      const bool selected = left >= plan_->blocks() ? is_left(h) : peers_[w].contributed.contains(h.slot);
      if (selected) {
        next[w].insert(h.slot);
      } else {
        next[w].erase(h.slot);
      }
    }
  }
  // A fit of whole vectors may need all of them: parts of the new ones can leave more than the whole would.
  const bool everything_changes = touched_count_ == touched_.size();
  if (everything_changes && fits_whole_vectors() && !is_enough(coverage_of(next), next))
    return contributions();
  return next;
}

bool Server::is_enough(const Coverage& coverage, const UsedSlots& slots) const {
  const std::size_t missing = coverage.residual_squared();
  const std::size_t all = plan_->chunks() * plan_->blocks();
  if (missing == all) return false;  // nothing at all is no gradient
  if (missing <= forgiven_) return true;
  switch (options_.recovery.kind) {
    case Recovery::Kind::exact: return false;
    case Recovery::Kind::deadline: return deadline_passed_;
    case Recovery::Kind::residual: {
      const double lacking = plan_->method() == Method::original ? code_->residual_squared(*plan_, slots)
                                                                 : static_cast<double>(missing);
      return std::sqrt(lacking / static_cast<double>(all)) <= options_.recovery.residual;
    }
  }
  return false;
}

bool Server::end_computing_if_met(Time now, Out& out) { return !options_.looks && select_if_met(now, out); }

bool Server::select_if_met(Time now, Out& out) {
  // O(1) per report but for the one rule that no counting answers.
  const bool needs_slots =
      plan_->method() == Method::original && options_.recovery.kind == Recovery::Kind::residual;
  if (!is_enough(coverage_, needs_slots ? contributions() : UsedSlots{})) return false;
  if (!selection_) {
    select_first(out);
    return true;
  }
  // Of chunks that no loss has touched the selection is kept, so it may be less than everything that is
  // there.
  const std::size_t touched_before = touched_count_;
  const auto next_is_enough = [&] {
    const UsedSlots next = next_selection();
    return is_enough(coverage_of(next), next);
  };
  bool enough = next_is_enough();
  if (!enough) touch_improvable(out);
  if (!code_->rows_are_local(*plan_, selection_->used) || !code_->rows_are_local(*plan_, next_selection())) {
    touch_everything(out);
  }
  if (touched_count_ > touched_before) {
    if (!check_hope(now, out)) return false;
    enough = next_is_enough();
    if (!enough) compute_again(out);
  }
  if (enough) select_again(out);
  return enough;
}

void Server::mend(Time now, Out& out) {
  if (options_.looks) {
    mends_at_look_ = true;
  } else {
    mend_now(now, out);
  }
}

void Server::mend_now(Time now, Out& out) {
  if (selection_ && !mending()) return;  // the loss changed nothing that is still needed
  const std::size_t touched_before = touched_count_;
  if (select_if_met(now, out) || phase_ == Phase::failed) return;
  if (mending() && touched_count_ == touched_before) compute_again(out);
}

void Server::select_first(Out& out) {
  std::vector<WorkerId> encoders;
  Note met = note(NoteKind::rule_met);
  met.count = completed_;
  met.text = coverage_.complete() ? fmt::format("every chunk has {} or more copies", plan_->blocks())
             : deadline_passed_   ? "the deadline has passed"
             : forgiven_ > 0      ? "everything that can still come is there"
                                  : "the residual is small enough";
  say(std::move(met), out);
  epoch_ = Epoch(1);
  listening_ = Listening::off;
  Note n = note(NoteKind::selected);
  for (std::size_t w = 0; w < peers_.size(); ++w) {
    used_[w] = peers_[w].contributed;
    if (used_[w].empty()) continue;
    encoders.emplace_back(static_cast<std::uint32_t>(w));
    n.count += used_[w].count();
  }
  n.total = encoders.size();
  say(std::move(n), out);
  announce(encoders, out);
  if (learns()) out.push_back(RoundShown{knowledge()});  // nobody waits for what is learned from it
}

void Server::select_again(Out& out) {
  // Only chunks whose holders changed are selected anew; all others keep the coefficients that are in use.
  UsedSlots next = next_selection();
  std::vector<std::uint8_t> encodes(peers_.size(), 0);
  for (std::size_t i = 0; i < touched_.size(); ++i) {
    if (touched_[i] == 0) continue;
    for (const Assignment::Holder& h :
         plan_->assignment().holders_of(ChunkId(static_cast<std::uint32_t>(i)))) {
      const std::size_t w = h.worker.index();
      if (used_[w].contains(h.slot) || next[w].contains(h.slot)) encodes[w] = 1;
    }
  }
  used_ = std::move(next);
  epoch_ = Epoch(epoch_.value + 1);
  std::vector<WorkerId> encoders;
  for (std::size_t w = 0; w < peers_.size(); ++w) {
    if (encodes[w] != 0 && peers_[w].live) encoders.emplace_back(static_cast<std::uint32_t>(w));
  }
  Note n = note(NoteKind::reselected);
  n.count = static_cast<std::uint64_t>(
      std::count_if(encoders.begin(), encoders.end(), [&](WorkerId w) { return !used_[w.index()].empty(); }));
  n.total = touched_count_;
  say(std::move(n), out);
  announce(encoders, out);
}

// `encoders`: live workers whose coefficients changed, ascending; those with nothing left to send only
// withdraw.
void Server::announce(const std::vector<WorkerId>& encoders, Out& out) {
  const bool first = selection_ == nullptr;
  selection_ = std::make_shared<const Selection>(Selection{stamp_, epoch_, used_});
  phase_ = Phase::collecting;
  const double all = static_cast<double>(plan_->chunks() * plan_->blocks());
  const bool exact = coverage_of(used_).complete();
  residuals_.push_back(exact ? 0 : std::sqrt(code_->residual_squared(*plan_, used_) / all));
  assert(residuals_.size() == epoch_.value);
  std::fill(touched_.begin(), touched_.end(), std::uint8_t{0});
  touched_count_ = 0;
  for (const WorkerId w : encoders) {
    PeerState& p = peers_[w.index()];
    p.epoch = epoch_;
    set_vector(p, !used_[w.index()].empty(), false);
    p.used_life = p.life;
    p.used_kept = true;
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
    const bool encodes = std::binary_search(encoders.begin(), encoders.end(), worker);
    if (encodes || first) {
      p.wanted.clear();
      out.push_back(SendWorker{peer, Transmit{{stamp_, epoch_}, selection_, first_segment_, p.revision}});
    } else if (!p.wanted.empty()) {
      tell_todo(worker, {}, out);
    }
  }
  commit_if_complete(out);
}

void Server::commit_if_complete(Out& out) {
  if (phase_ != Phase::collecting || mending()) return;
  assert(missing_vectors_ ==
         static_cast<std::size_t>(std::count_if(
             peers_.begin(), peers_.end(), [](const PeerState& p) { return p.expected && !p.arrived; })));
  if (missing_vectors_ > 0) return;
  phase_ = Phase::committing;
  Commit c;
  c.stamp = stamp_;
  c.selection = selection_;
  c.residual = std::max(combined_residual_, residuals_.back());
  c.chunks_completed = completed_;
  c.live_workers = static_cast<std::uint32_t>(live_workers());
  for (std::size_t w = 0; w < peers_.size(); ++w) {
    c.chunks_used += used_[w].count();
    if (peers_[w].encoded > 1) c.reencoded.emplace_back(static_cast<std::uint32_t>(w));
  }
  Note n = note(NoteKind::recovered);
  n.value = c.residual;
  n.count = c.chunks_used;
  say(std::move(n), out);
  out.push_back(std::move(c));
}

}  // namespace gleaner
