#include "protocol/server.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace gleaner {

Server::Server(std::shared_ptr<const Plan> plan, std::shared_ptr<const Code> code, ServerOptions options)
    : Server(plan, std::move(code), std::move(options), plan->fingerprint()) {}

Server::Server(std::shared_ptr<const Plan> plan, std::shared_ptr<const Code> code, ServerOptions options,
               Fingerprint fingerprint)
    : plan_(std::move(plan)),
      code_(std::move(code)),
      options_(std::move(options)),
      fingerprint_(std::move(fingerprint)),
      stamp_{options_.term, RoundId(0)},
      peers_(plan_->workers()),
      coverage_(plan_->chunks(), plan_->blocks()),
      hope_(plan_->chunks(), plan_->blocks()),
      used_(plan_->workers()),
      touched_(plan_->chunks(), 0),
      skips_(policy_of(plan_->method(), options_.policy) != Policy::fixed) {
  GLEANER_CHECK(options_.check().ok(), "server options are checked before");
}

void Server::step(Time now, const ServerEvent& event, std::vector<ServerAction>& out) {
  if (phase_ == Phase::failed) return;
  now_ = now;
  std::visit([&](const auto& e) { on(now, e, out); }, event);
  if (!crossed_.empty()) tell_crossings(out);
}

void Server::on(Time now, const BeginRound& e, Out& out) {
  GLEANER_CHECK(phase_ == Phase::idle, "a round begins when none is under way");
  phase_ = Phase::computing;
  stamp_.round = e.round;
  coverage_.clear();
  std::fill(used_.begin(), used_.end(), SlotSet{});
  std::fill(touched_.begin(), touched_.end(), std::uint8_t{0});
  touched_count_ = 0;
  selection_.reset();
  epoch_ = Epoch(0);
  first_segment_ = 0;
  residuals_.clear();
  combined_residual_ = 0;
  deadline_passed_ = false;
  mends_at_look_ = false;
  wait_timer_.reset();
  forgiven_ = 0;
  completed_ = 0;
  last_rejection_.clear();
  for (PeerState& p : peers_) {
    const PeerState before = std::exchange(p, PeerState{});
    p.life = before.life;
    p.live = before.live;
  }
  hope_known_ = false;
  hope_changed_.clear();
  missing_vectors_ = 0;
  first_orders_ = e.orders;
  Note n = note(NoteKind::round_started);
  n.count = live_workers();
  say(std::move(n), out);
  if (options_.recovery.kind == Recovery::Kind::deadline) {
    out.push_back(
        ArmTimer{{TimerId::Kind::deadline, stamp_, ++timer_serial_}, now + options_.recovery.deadline});
  }
  begin_listening(now, e.listen_after, out);
  for (std::size_t w = 0; w < peers_.size(); ++w) {
    if (peers_[w].live) enter_round({WorkerId(static_cast<std::uint32_t>(w)), peers_[w].life}, out);
  }
  check_hope(now, out);
}

void Server::on(Time now, const FromWorker& e, Out& out) {
  if (e.peer.worker.index() >= peers_.size()) {
    Note n = note(NoteKind::message_ignored);
    n.worker = e.peer.worker;
    n.text = fmt::format("the plan has only {} workers", peers_.size());
    say(std::move(n), out);
    return;
  }
  std::visit([&](const auto& m) { hear(now, e.peer, m, out); }, e.message);
}

void Server::hear(Time now, Peer peer, const Hello& m, Out& out) { admit(now, peer, m, out); }

void Server::hear(Time now, Peer peer, const Progress& m, Out& out) {
  PeerState& p = peers_[peer.worker.index()];
  if (!speaks_now(p, peer) || m.stamp != stamp_ || phase_ == Phase::idle) return;  // late: harmless
  const std::size_t load = plan_->assignment().load(peer.worker);
  if (m.done.extent() > load) {
    Note n = note(NoteKind::message_ignored, peer.worker);
    n.text = fmt::format("it reports slots {} but holds {} chunks", m.done.text(), load);
    say(std::move(n), out);
    return;
  }
  const bool strange = (m.in_hand && m.in_hand->index() >= load) || m.in_hand_for < Duration::zero() ||
                       m.pace.parts > kChunkParts || m.pace.elapsed < Duration::zero();
  if (strange) {
    Note n = note(NoteKind::message_ignored, peer.worker);
    n.text = fmt::format("it reports {} of {} parts of a chunk after {} ns, and holds {} chunks",
                         m.pace.parts, kChunkParts, m.pace.elapsed.count(), load);
    say(std::move(n), out);
    return;
  }
  if (learns()) note_pace(now, p, m);
  const std::size_t before = p.observed.count();
  p.observed |= m.done;
  const std::size_t after = p.observed.count();
  // It may have been told in the meantime to drop what it had.
  if (learns() && (!m.in_hand || !p.wanted.contains(*m.in_hand))) expect_next(peer.worker);
  if (after == before) {
    if (may_replan()) hear_progress(now, out);
    return;
  }
  completed_ += after - before;
  if (learns()) note_finished(now, p, after - before);
  if (options_.trace) {
    Note n = note(NoteKind::progress, peer.worker);
    n.count = after;
    n.total = load;
    say(std::move(n), out);
  }
  if (phase_ != Phase::computing) {
    if (phase_ == Phase::collecting) refresh_contribution(peer.worker);  // of use after a loss
    return;
  }
  refresh_contribution(peer.worker);
  if (!end_computing_if_met(now, out) && may_replan()) hear_progress(now, out);
}

void Server::hear(Time now, Peer peer, const ChunkRejected& m, Out& out) {
  PeerState& p = peers_[peer.worker.index()];
  if (!speaks_now(p, peer) || m.stamp != stamp_ || phase_ == Phase::idle) return;
  if (m.slot.index() >= plan_->assignment().load(peer.worker) || p.rejected.contains(m.slot)) return;
  p.rejected.insert(m.slot);
  hope_changed_.push_back(peer.worker);
  Note n = note(NoteKind::chunk_rejected, peer.worker);
  n.chunk = plan_->assignment().chunk_at(peer.worker, m.slot);
  n.text = m.why;
  say(std::move(n), out);
  last_rejection_ =
      fmt::format("the gradient of chunk {} from worker {} was rejected: {}",
                  plan_->assignment().chunk_at(peer.worker, m.slot).value, peer.worker.value, m.why);
  if (phase_ == Phase::computing && check_hope(now, out)) mend(now, out);
}

void Server::on(Time now, const WorkerLost& e, Out& out) {
  if (e.peer.worker.index() < peers_.size()) lose(now, e.peer, out);
}

void Server::on(Time /*now*/, const VectorIn& e, Out& out) {
  if (e.peer.worker.index() >= peers_.size()) return;
  PeerState& p = peers_[e.peer.worker.index()];
  Note n = note(NoteKind::vector_stale, e.peer.worker);
  n.epoch = e.ticket.epoch;
  if (e.peer.life != p.life || !p.live) {
    n.text = fmt::format("incarnation {} is dead", e.peer.life.value);
  } else if (e.ticket.stamp != stamp_) {
    n.text = fmt::format("it is of {}", text(e.ticket.stamp));
  } else if (!p.expected || e.ticket.epoch != p.epoch) {
    n.text = p.expected
                 ? fmt::format("it is of epoch {}, epoch {} is wanted", e.ticket.epoch.value, p.epoch.value)
                 : fmt::format("epoch {} was withdrawn", e.ticket.epoch.value);
  } else if (p.arrived) {
    n.text = "it has arrived before";
  } else {
    set_vector(p, true, true);
    n.kind = NoteKind::vector_arrived;
    n.count = missing_vectors_;
    if (mending()) n.text = "and is kept while chunks are computed again";
    say(std::move(n), out);
    if (missing_vectors_ == 0) commit_if_complete(out);
    return;
  }
  say(std::move(n), out);
}

void Server::on(Time now, const VectorBad& e, Out& out) {
  if (!is_on_its_way(e.peer, e.ticket)) return;  // stale: it would not have been used
  Note n = note(NoteKind::vector_rejected, e.peer.worker);
  n.text = e.why;
  say(std::move(n), out);
  last_rejection_ = fmt::format("the vector of worker {} was rejected: {}", e.peer.worker.value, e.why);
  bar(now, e.peer, out);
}

void Server::on(Time now, const VectorLate& e, Out& out) {
  if (!is_on_its_way(e.peer, e.ticket) || !can_do_without(e.peer.worker)) return;
  Note n = note(NoteKind::vector_late, e.peer.worker);
  n.text = e.why;
  say(std::move(n), out);
  bar(now, e.peer, out);
}

bool Server::is_on_its_way(Peer peer, Ticket ticket) const {
  if (peer.worker.index() >= peers_.size()) return false;
  const PeerState& p = peers_[peer.worker.index()];
  return speaks_now(p, peer) && ticket.stamp == stamp_ && p.expected && !p.arrived && ticket.epoch == p.epoch;
}

void Server::bar(Time now, Peer peer, Out& out) {
  peers_[peer.worker.index()].barred = true;
  hope_changed_.push_back(peer.worker);
  out.push_back(Forget{stamp_, peer.worker});
  invalidate(peer.worker, out);
  if (check_hope(now, out)) mend(now, out);
}

void Server::on(Time /*now*/, const Combined& e, Out& /*out*/) {
  if (e.stamp != stamp_ || e.epoch.value == 0 || e.epoch.value > residuals_.size()) return;
  first_segment_ = std::max(first_segment_, e.segments);
  combined_residual_ = std::max(combined_residual_, residuals_[e.epoch.value - 1]);
}

void Server::on(Time /*now*/, const CommitDone& e, Out& out) {
  if (phase_ != Phase::committing || e.stamp != stamp_) return;
  phase_ = Phase::idle;
  say(note(NoteKind::committed), out);
  for (std::size_t w = 0; w < peers_.size(); ++w) {
    if (!peers_[w].live) continue;
    out.push_back(SendWorker{{WorkerId(static_cast<std::uint32_t>(w)), peers_[w].life}, Committed{stamp_}});
  }
}

void Server::on(Time now, const TimerFired& e, Out& out) {
  if (e.timer.stamp != stamp_ || phase_ == Phase::idle || phase_ == Phase::committing) return;
  if (e.timer.kind == TimerId::Kind::deadline) {
    deadline_passed_ = true;
    if (phase_ == Phase::computing) end_computing_if_met(now, out);
  } else if (e.timer.kind == TimerId::Kind::listen) {
    if (listen_timer_ == e.timer && may_replan()) on_listen_timer(now, out);
  } else if (wait_timer_ == e.timer) {
    fail(hopeless_chunks(possible_slots(), nullptr), out);
  }
}

void Server::on(Time now, const Look& /*e*/, Out& out) {
  if (std::exchange(mends_at_look_, false)) {
    mend_now(now, out);
  } else if (phase_ == Phase::computing) {
    select_if_met(now, out);
  }
}

std::size_t Server::live_workers() const {
  return static_cast<std::size_t>(
      std::count_if(peers_.begin(), peers_.end(), [](const PeerState& p) { return p.live; }));
}

std::string Server::names(const std::vector<ChunkId>& chunks) const {
  constexpr std::size_t kShown = 8;
  std::string s = chunks.size() == 1 ? "chunk " : "chunks ";
  for (std::size_t k = 0; k < std::min(kShown, chunks.size()); ++k) {
    s += fmt::format("{}{}", k == 0 ? "" : ", ", chunks[k].value);
  }
  if (chunks.size() > kShown) s += fmt::format(" and {} more", chunks.size() - kShown);
  return s;
}

void Server::set_vector(PeerState& p, bool expected, bool arrived) {
  missing_vectors_ -= p.expected && !p.arrived ? 1 : 0;
  p.expected = expected;
  p.arrived = arrived;
  missing_vectors_ += p.expected && !p.arrived ? 1 : 0;
}

void Server::say(Note&& n, Out& out) const {
  if (options_.trace) out.emplace_back(std::move(n));
}

Note Server::note(NoteKind kind) const {
  Note n;
  n.kind = kind;
  n.term = stamp_.term;
  n.round = stamp_.round;
  n.epoch = epoch_;
  return n;
}

Note Server::note(NoteKind kind, WorkerId worker) const {
  Note n = note(kind);
  n.worker = worker;
  return n;
}

}  // namespace gleaner
