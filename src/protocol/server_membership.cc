// Who is there, and can the round still end? (protocol.md section 7)
#include <algorithm>
#include <cassert>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "protocol/server.h"

namespace gleaner {

void Server::admit(Time now, Peer peer, const Hello& m, Out& out) {
  PeerState& p = peers_[peer.worker.index()];
  if (m.plan != fingerprint_) {
    Note n = note(NoteKind::worker_refused, peer.worker);
    n.text = fmt::format("its plan {} is not the server's {}", m.plan.hex.substr(0, 12),
                         fingerprint_.hex.substr(0, 12));
    Refused refused{n.text};
    say(std::move(n), out);
    out.push_back(SendWorker{peer, std::move(refused)});
    return;
  }
  if (const std::size_t load = plan_->assignment().load(peer.worker); m.kept.extent() > load) {
    Note n = note(NoteKind::message_ignored, peer.worker);
    n.text = fmt::format("it has kept slots {} but holds {} chunks", m.kept.text(), load);
    say(std::move(n), out);
    return;
  }
  if (peer.life < p.life || (peer.life == p.life && p.live)) {
    Note n = note(NoteKind::message_ignored, peer.worker);
    n.text =
        peer.life < p.life ? fmt::format("incarnation {} is dead", peer.life.value) : "it has joined already";
    say(std::move(n), out);
    return;
  }
  // A later life may speak before the end of the earlier one was seen. Its chunks have had a live holder all
  // the time, so only after the newcomer is in can the round be found hopeless.
  const bool replaces = p.live && take_out({peer.worker, p.life}, out);
  const bool reconnects = peer.life == p.life;
  const bool kept_its_work = reconnects && m.stamp == stamp_ && m.stamp.round.value != 0;
  p.life = peer.life;
  p.live = true;
  hope_changed_.push_back(peer.worker);
  if (!kept_its_work) {
    p.observed.clear();
    p.pace = Pace{};
    p.in_hand.reset();
    p.rejected.clear();
    p.barred = false;
    // The same incarnation may still get an older will by its new link: the next one must be larger.
    if (!reconnects) p.revision = p.encoded = 0;
    p.used_kept = false;  // what its vector was made of is gone
  } else {
    completed_ += (m.kept - p.observed).count();
    p.observed = m.kept;
    if (!used_[peer.worker.index()].is_subset_of(m.kept)) p.used_kept = false;
  }
  Note n = note(NoteKind::worker_joined, peer.worker);
  n.count = peer.life.value;
  say(std::move(n), out);
  out.push_back(SendWorker{peer, Welcome{stamp_}});
  if (phase_ != Phase::computing && phase_ != Phase::collecting) return;

  refresh_contribution(peer.worker);
  if (!kept_its_work) enter_round(peer, out);
  if (selection_) {
    const SlotSet wanted = mending() ? wanted_of(peer.worker) : SlotSet{};
    tell_todo(peer.worker, wanted, out);
  } else if (const SlotSet will = will_for(peer.worker); kept_its_work || differs_from_start(p, will)) {
    tell_todo(peer.worker, will, out);
  }
  if (!check_hope(now, out)) return;
  mend(now, out);
  if (replaces && may_replan()) replan_after_loss(out);  // the orders counted on the life that is gone
}

void Server::enter_round(Peer peer, Out& out) {
  PeerState& p = peers_[peer.worker.index()];
  p.wanted = SlotSet::first(plan_->assignment().load(peer.worker));
  out.push_back(SendParameters{peer, stamp_});
  p.planned_for = false;
  p.seen = {now_, now_, now_};
  p.order = first_orders_.empty() ? nullptr : first_orders_[peer.worker.index()];
  StartRound start{stamp_, p.order, learns()};
  if (listening_ == Listening::asked && listen_after_ > Duration::zero() && plans_ == 0) {
    start.report_after = listen_after_;
    if (!std::exchange(p.asked, true)) asked_ = std::max(asked_, ++unanswered_);
  }
  out.push_back(SendWorker{peer, std::move(start)});
}

void Server::lose(Time now, Peer peer, Out& out) {
  if (!take_out(peer, out) || !check_hope(now, out)) return;
  mend(now, out);
  if (may_replan()) replan_after_loss(out);
}

bool Server::take_out(Peer peer, Out& out) {
  PeerState& p = peers_[peer.worker.index()];
  if (!speaks_now(p, peer)) return false;
  const bool selected = !used_[peer.worker.index()].empty() && p.used_life == peer.life;
  p.live = false;
  hope_changed_.push_back(peer.worker);
  Note n = note(NoteKind::worker_lost, peer.worker);
  switch (phase_) {
    case Phase::computing:
    case Phase::collecting:
      n.text = !selection_ ? "before the signal"
               : !selected ? "after the signal, with nothing to send"
               : p.arrived ? "after its vector had arrived"
                           : "after the signal, before its vector had arrived";
      break;
    case Phase::committing: n.text = "after all vectors had arrived"; break;
    default: n.text = "between rounds"; break;
  }
  say(std::move(n), out);
  if (phase_ != Phase::computing && phase_ != Phase::collecting) return false;

  if (selected && !p.arrived) {
    out.push_back(Forget{stamp_, peer.worker});
    invalidate(peer.worker, out);
  }
  answered(p);
  refresh_contribution(peer.worker);
  return true;
}

std::vector<ChunkId> Server::hopeless_chunks(const UsedSlots& slots, std::size_t* missing) const {
  const Assignment& a = plan_->assignment();
  std::vector<ChunkId> hopeless;
  std::size_t lacking = 0;
  for (std::size_t i = 0; i < a.chunks(); ++i) {
    const ChunkId chunk(static_cast<std::uint32_t>(i));
    const UsedSlots& counted = is_frozen(chunk) ? used_ : slots;
    std::size_t possible = 0;
    for (const Assignment::Holder& h : a.holders_of(chunk)) {
      possible += counted[h.worker.index()].contains(h.slot) ? 1 : 0;
    }
    if (possible >= plan_->blocks()) continue;
    lacking += plan_->blocks() - possible;
    hopeless.push_back(chunk);
  }
  if (missing != nullptr) *missing = lacking;
  return hopeless;
}

// What each worker can have given by the end of the round.
UsedSlots Server::possible_slots() const {
  UsedSlots possible(peers_.size());
  for (std::size_t w = 0; w < peers_.size(); ++w) {
    possible[w] = possible_slots_of(WorkerId(static_cast<std::uint32_t>(w)));
  }
  return possible;
}

SlotSet Server::possible_slots_of(WorkerId worker) const {
  const PeerState& p = peers_[worker.index()];
  SlotSet possible = contribution_of(worker);
  if (!p.live || p.barred || (!used_[worker.index()].empty() && !can_encode_again(p))) return possible;
  const SlotSet all = SlotSet::first(plan_->assignment().load(worker));
  return possible |= code_->counted(*plan_, worker, all - p.rejected);
}

// Before the signal what can be given is a sum over workers, kept up to date: a loss costs what the worker
// holds, not a look at every chunk.
bool Server::everything_can_still_come() {
  if (selection_) return false;  // then it depends on what can be encoded again
  if (!hope_known_) {
    hope_.clear();
    for (std::size_t w = 0; w < peers_.size(); ++w) {
      const WorkerId worker(static_cast<std::uint32_t>(w));
      peers_[w].hoped = possible_slots_of(worker);
      hope_.add(plan_->assignment(), worker, peers_[w].hoped);
    }
    hope_known_ = true;
  }
  for (const WorkerId worker : hope_changed_) {
    SlotSet& before = peers_[worker.index()].hoped;
    SlotSet after = possible_slots_of(worker);
    hope_.remove(plan_->assignment(), worker, before - after);
    hope_.add(plan_->assignment(), worker, after - before);
    before = std::move(after);
  }
  hope_changed_.clear();
  [[maybe_unused]] const auto obvious = [this] { return hopeless_chunks(possible_slots(), nullptr).empty(); };
  assert(hope_.complete() == obvious());
  return hope_.complete();
}

bool Server::is_hopeless(std::size_t missing, const UsedSlots& possible) const {
  const std::size_t all = plan_->chunks() * plan_->blocks();
  if (missing == 0 || missing == all) return missing == all;
  switch (options_.recovery.kind) {
    case Recovery::Kind::exact: return true;
    case Recovery::Kind::deadline: return false;
    case Recovery::Kind::residual: break;
  }
  const double best = plan_->method() == Method::original ? code_->residual_squared(*plan_, possible)
                                                          : static_cast<double>(missing);
  return std::sqrt(best / static_cast<double>(all)) > options_.recovery.residual;
}

// A worker that came back as a new incarnation can give what its old one did not, but it has one vector in a
// selection: where a chunk depends on it, the vector that the old life left behind is given up.
bool Server::replace_vectors_of_dead_lives(Out& out) {
  bool any = false;
  for (std::size_t w = 0; w < peers_.size(); ++w) {
    const PeerState& p = peers_[w];
    if (!p.live || p.barred || used_[w].empty() || can_encode_again(p)) continue;
    out.push_back(Forget{stamp_, WorkerId(static_cast<std::uint32_t>(w))});
    invalidate(WorkerId(static_cast<std::uint32_t>(w)), out);
    any = true;
  }
  return any;
}

// A chunk that is short in the selection cannot gain a copy while a dead life's vector is one of its users.
// Where the living alone could meet the rule, and only such vectors stand in the way, they are given up.
bool Server::give_up_vectors_in_the_way(Out& out) {
  if (options_.recovery.kind != Recovery::Kind::residual) return false;  // no other rule selects short chunks
  UsedSlots living(peers_.size());
  std::vector<WorkerId> dead;
  for (std::size_t w = 0; w < peers_.size(); ++w) {
    const WorkerId worker(static_cast<std::uint32_t>(w));
    const PeerState& p = peers_[w];
    if (!used_[w].empty() && !can_encode_again(p)) dead.push_back(worker);
    if (!p.live || p.barred) continue;
    living[w] = code_->counted(*plan_, worker, SlotSet::first(plan_->assignment().load(worker)) - p.rejected);
  }
  if (dead.empty() || is_hopeless(coverage_of(living).residual_squared(), living)) return false;
  for (const WorkerId worker : dead) {
    if (used_[worker.index()].empty()) continue;  // gone with a neighbour
    out.push_back(Forget{stamp_, worker});
    invalidate(worker, out);
  }
  return true;
}

// A chunk whose copies hang on a vector that cannot be encoded again is left as it is: that vector would have
// to be given up with this one.
bool Server::can_do_without(WorkerId worker) const {
  UsedSlots possible = possible_slots();
  possible[worker.index()].clear();
  const Assignment& a = plan_->assignment();
  for (const ChunkId chunk : a.chunks_of(worker)) {
    if (is_frozen(chunk)) return false;
    std::size_t copies = 0;
    for (const Assignment::Holder& h : a.holders_of(chunk))
      copies += possible[h.worker.index()].contains(h.slot) ? 1 : 0;
    if (copies < plan_->blocks()) return false;
  }
  return true;
}

bool Server::check_hope(Time now, Out& out) {
  const bool undisturbed = std::all_of(peers_.begin(), peers_.end(), [](const PeerState& p) {
    return p.live && !p.barred && p.rejected.empty();
  });
  std::size_t missing = 0;
  std::vector<ChunkId> chunks;
  bool hopeless = false;
  if (!undisturbed && !everything_can_still_come()) {
    const auto look = [&] {
      const UsedSlots possible = possible_slots();
      chunks = hopeless_chunks(possible, &missing);
      hopeless = is_hopeless(missing, possible);
    };
    look();
    if (missing > 0 && replace_vectors_of_dead_lives(out)) look();
    if (hopeless && give_up_vectors_in_the_way(out)) look();
  }
  if (!hopeless) {
    wait_timer_.reset();
    // What can never come is not waited for: with a deadline the round may then end early.
    forgiven_ = options_.recovery.kind == Recovery::Kind::deadline ? missing : 0;
    return true;
  }
  switch (options_.when_unrecoverable) {
    case WhenUnrecoverable::stop: fail(chunks, out); return false;
    case WhenUnrecoverable::approximate: {
      if (missing == plan_->chunks() * plan_->blocks()) {
        fail(chunks, out);
        return false;
      }
      if (missing != forgiven_) {
        Note n = note(NoteKind::approximate);
        n.count = chunks.size();
        n.text = names(chunks);
        say(std::move(n), out);
      }
      forgiven_ = missing;
      return true;
    }
    case WhenUnrecoverable::wait: {
      forgiven_ = 0;
      if (wait_timer_) return true;
      wait_timer_ = TimerId{TimerId::Kind::wait, stamp_, ++timer_serial_};
      Note n = note(NoteKind::waiting);
      n.text = names(chunks);
      n.value = seconds(options_.wait);
      say(std::move(n), out);
      out.push_back(ArmTimer{*wait_timer_, now + options_.wait});
      return true;
    }
  }
  return true;
}

std::string Server::lost_workers() const {
  constexpr std::size_t kNamed = 8;
  std::string text;
  std::size_t count = 0;
  for (std::size_t w = 0; w < peers_.size(); ++w) {
    if (peers_[w].live) continue;
    if (++count <= kNamed) text += fmt::format("{}{}", text.empty() ? "" : ", ", w);
  }
  return count <= kNamed ? text : text + fmt::format(" and {} more", count - kNamed);
}

std::string Server::cure_of_losses() const {
  return options_.when_unrecoverable == WhenUnrecoverable::wait
             ? "start workers in their places sooner, or use a larger --replication or a longer time to wait"
             : "use a larger --replication, or --when-unrecoverable approximate or wait=60s";
}

void Server::fail(const std::vector<ChunkId>& chunks, Out& out) {
  phase_ = Phase::failed;
  const std::string lost = lost_workers();
  std::string what = fmt::format("{}: {} cannot be recovered, too few copies are left (each needs {})",
                                 text(stamp_), names(chunks), plan_->blocks());
  if (!lost.empty()) what += fmt::format("; lost workers: {}", lost);
  if (!last_rejection_.empty()) what += "; " + last_rejection_;
  const std::string cure = last_rejection_.empty() ? cure_of_losses() : options_.rejection_cure;
  Note n = note(NoteKind::run_failed);
  n.text = what;
  say(std::move(n), out);
  out.push_back(FailRun{run_failed(what, cure)});
}

}  // namespace gleaner
