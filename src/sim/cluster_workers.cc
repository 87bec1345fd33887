// What reaches a worker, and what it wants. Internal to cluster.h.
#include <algorithm>
#include <cmath>

#include "base/portable_math.h"
#include "base/random.h"
#include "sim/cluster_engine.h"

namespace gleaner {
namespace {

// As if it were 1 / factor times as quick: in the times that it tells, and in the parts of a chunk that it
// has done. What it has finished is there, or not: nobody can lie about that.
void lie(Progress& progress, double factor) {
  const auto stretched = [&](Duration d) { return from_seconds(std::min(factor * seconds(d), 1e9)); };
  Pace& pace = progress.pace;
  pace.elapsed = stretched(pace.elapsed);
  progress.in_hand_for = stretched(progress.in_hand_for);
  if (pace.parts >= kChunkParts) return;
  pace.parts = static_cast<std::uint8_t>(std::min(std::floor(pace.parts / factor), kChunkParts - 1.0));
}

}  // namespace

void Cluster::Engine::on(sim_event::AtWorker& e) {
  SimWorker* w = find(e.peer);
  if (w == nullptr || w->hung || e.session < w->link.valid || kept_out(*w, e)) return;
  if (const auto* start = std::get_if<StartRound>(&e.message)) {
    if (start->stamp > w->machine->stamp() && strike(*w, WorkerStep::starting)) return;
  } else if (std::holds_alternative<Transmit>(e.message)) {
    if (strike(*w, WorkerStep::signalled)) return;
  } else if (std::holds_alternative<Committed>(e.message)) {
    if (strike(*w, WorkerStep::released)) return;
  }
  if (ledger_ != nullptr) ledger_->told(e.peer, e.message);
  tell_worker(*w, WorkerEvent(std::move(e.message)));
}

void Cluster::Engine::on(const sim_event::Connects& e) {
  SimWorker* w = find(e.peer);
  if (w == nullptr || w->hung || w->link.up || w->link.cut || !server_) return;
  if (now() < w->link.isolated_until) return queue_.schedule(w->link.isolated_until, e);
  if (strike(*w, WorkerStep::joining)) return;
  connect(*w);
  tell_worker(*w, LinkChanged{true});
  if (std::exchange(w->hangs_again, false)) w->hung = true;
}

void Cluster::Engine::tell_worker(SimWorker& w, const WorkerEvent& event) {
  if (watcher_ != nullptr) watcher_->on_worker_event(now(), w.peer(), event);
  w.machine->step(now(), event, worker_actions_);
  for (WorkerAction& action : worker_actions_) {
    if (watcher_ != nullptr && !std::holds_alternative<Note>(action)) {
      watcher_->on_worker_action(now(), w.peer(), action);
    }
    std::visit([&](auto& a) { perform(w, a); }, action);
  }
  worker_actions_.clear();
  if (!aborted_) return;
  const Aborted stopped = *std::exchange(aborted_, std::nullopt);
  write_down(w, stopped.what.stamp, stopped.what.slot, ChunkOutcome::stopped);
  tell_worker(w,
              ChunkEnded{stopped.what.stamp, stopped.what.slot, ChunkOutcome::stopped, {}, stopped.fraction});
}

// Drawn for a worker slot, whichever life: a share of them lies, each by a factor of its own.
double Cluster::Engine::lies_of(WorkerId worker) const {
  if (spec_.liars <= 0) return 1;
  Random random({.seed = trial_.seed, .purpose = Purpose::liar, .worker = worker.value});
  if (random.uniform() >= spec_.liars) return 1;
  return portable::exp(6 * random.uniform() - 3);
}

void Cluster::Engine::perform(SimWorker& w, SendServer& a) {
  if (auto* progress = std::get_if<Progress>(&a.message); progress != nullptr && w.lies != 1) {
    lie(*progress, w.lies);
  }
  if (w.link.up) send(w, w.peer(), std::move(a.message));
}

void Cluster::Engine::perform(SimWorker& w, const Compute& a) {
  const Peer peer = w.peer();
  const Duration takes = chunk_time(w, a);
  w.computing = true;
  w.stamp = a.stamp;
  w.slot = a.slot;
  w.chunk_began = now();
  w.chunk_takes = takes;
  if (ledger_ != nullptr) ledger_->begins(peer, a.stamp, a.slot, now());
  later(takes, sim_event::ChunkDue{peer, ++w.chunk_serial, false});
  if (const auto blow = blow_from_trial(peer.worker, WorkerStep::computing)) {
    later(takes / 2, sim_event::BlowFalls{peer, WorkerStep::computing, *blow});
  }
  if (faults_ != nullptr && faults_->may_strike(peer.worker, round_, WorkerStep::computing))
    later(takes / 2, sim_event::ChunkDue{peer, w.chunk_serial, true});
}

Duration Cluster::Engine::chunk_time(SimWorker& w, const Compute& a) {
  if (spec_.speeds.none()) return spec_.nominal_chunk_time;
  const RoundId drawn_in(a.stamp.round.value + trial_.first_round.value - 1);
  if (equal_chunks_ && w.drawn_in == drawn_in) return w.drawn;
  const WorkerId id = w.peer().worker;
  const ChunkId chunk = spec_.plan->assignment().chunk_at(id, a.slot);
  w.drawn_in = drawn_in;
  w.drawn = draws_.chunk_time(drawn_in, id, chunk.value);
  return w.drawn;
}

void Cluster::Engine::perform(SimWorker& w, const Abort& a) {
  const double fraction = w.fraction(now());
  if (!std::exchange(w.computing, false)) return;
  aborted_ = Aborted{a, fraction};
}

void Cluster::Engine::perform(SimWorker& w, const TellFraction& a) {
  queue_.schedule(std::max(a.at, now()), sim_event::FractionDue{w.peer(), a.stamp});
}

void Cluster::Engine::on(const sim_event::FractionDue& e) {
  SimWorker* w = find(e.peer);
  if (w == nullptr || w->hung) return;
  tell_worker(*w, Fraction{e.stamp, w->fraction(now())});
}

void Cluster::Engine::on(const sim_event::ChunkDue& e) {
  SimWorker* w = find(e.peer);
  if (w == nullptr || w->hung || !w->computing || w->chunk_serial != e.serial) return;
  if (e.half) {
    strike(*w, WorkerStep::computing);
    return;
  }
  w->computing = false;
  ChunkVerdict verdict = vectors_->compute(e.peer, w->stamp, w->slot);
  write_down(*w, w->stamp, w->slot, verdict.outcome);
  if (strike(*w, WorkerStep::reporting)) {
    // Cut off, but alive: it has the gradient, and tells when the link is back.
    if (find(e.peer) == nullptr || w->hung) return;
  }
  tell_worker(*w, ChunkEnded{w->stamp, w->slot, verdict.outcome, std::move(verdict.why)});
}

void Cluster::Engine::write_down(const SimWorker& w, Stamp stamp, Slot slot, ChunkOutcome outcome) {
  if (ledger_ == nullptr) return;
  ledger_->ends(w.peer(), stamp, slot, outcome, ledger_->in_hand_for(w.peer().worker, now()));
}

void Cluster::Engine::perform(SimWorker& w, const EncodeAndSend& a) {
  vectors_->begin_sending(w.peer(), a);
  w.sending = SimWorker::Sending{a.ticket, a.first_segment, a.first_segment, false};
  queue_.schedule_now(sim_event::SendsNext{w.peer(), a.ticket});
}

void Cluster::Engine::perform(SimWorker& w, const Withdraw&) {
  w.sending.reset();
  vectors_->withdraw(w.peer());
}

void Cluster::Engine::on(const sim_event::SendsNext& e) {
  SimWorker* w = find(e.peer);
  if (w == nullptr || w->hung || !w->sending || w->sending->ticket != e.ticket) return;
  SimWorker::Sending& s = *w->sending;
  s.waits = s.next >= combined_ && s.next - combined_ >= spec_.credits;
  if (s.waits) return;
  const std::uint32_t left = spec_.segments - std::min(spec_.segments, s.first);
  const bool only_one = left <= 1;
  if (s.next >= s.first + left / 2) {
    if (const auto blow = blow_from_trial(e.peer.worker, WorkerStep::sending)) {
      return fall(*w, WorkerStep::sending, *blow);
    }
  }
  if ((only_one || s.next > s.first) && strike(*w, WorkerStep::sending)) {
    if (find(e.peer) == nullptr || w->hung) return;
  }
  VectorSegment part = vectors_->next_segment(e.peer);
  const bool last = part.index + 1 >= spec_.segments;
  s.next = part.index + 1;
  const Time free = send(*w, std::move(part));
  if (!last) {
    queue_.schedule(free, e);
    return;
  }
  w->sending.reset();
  if (strike(*w, WorkerStep::sent)) {
    if (find(e.peer) == nullptr || w->hung) return;
  }
  tell_worker(*w, VectorSent{e.ticket});
}

void Cluster::Engine::wake_senders() {
  if (spec_.credits == kUnlimitedCredits) return;
  for (const SimWorker& w : workers_) {
    if (w.sending && w.sending->waits) queue_.schedule_now(sim_event::SendsNext{w.peer(), w.sending->ticket});
  }
}

}  // namespace gleaner
