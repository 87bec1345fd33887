// Workers come and go. Internal to cluster.h.
#include "sim/cluster_engine.h"

namespace gleaner {

void Cluster::Engine::start_worker(SimWorker& w, WorkerId id) {
  w.life = Incarnation(w.life.value + 1);
  const Peer peer{id, w.life};
  w.machine.emplace(peer, spec_.plan, fingerprint_, watcher_ != nullptr);
  w.lies = lies_of(id);
  w.hung = false;
  w.link.cut = false;
  vectors_->start(peer);
  if (server_) queue_.schedule_now(sim_event::Connects{peer});
}

void Cluster::Engine::stop_process(SimWorker& w) {
  vectors_->stop(w.peer());
  w.machine.reset();
  w.computing = false;
  w.sending.reset();
  w.parameters_due = 0;
  w.link.up = false;
  await_nobody(w);
}

bool Cluster::Engine::strike(SimWorker& w, WorkerStep step) {
  const WorkerId id = w.peer().worker;
  std::optional<Blow> blow;
  if (step == WorkerStep::starting || step == WorkerStep::signalled) blow = blow_from_trial(id, step);
  if (!blow && faults_ != nullptr) blow = faults_->strike(id, round_, step, phase());
  if (blow) fall(w, step, *blow);
  return blow.has_value();
}

std::optional<Blow> Cluster::Engine::blow_from_trial(WorkerId id, WorkerStep step) {
  const FaultMoment moment = step == WorkerStep::starting    ? FaultMoment::start
                             : step == WorkerStep::computing ? FaultMoment::mid
                             : step == WorkerStep::signalled ? FaultMoment::after_signal
                                                             : FaultMoment::sending;
  const std::optional<Fault> fault = desk_.strike(id, round_, moment);
  if (!fault) return std::nullopt;
  return blow_of(*fault);
}

void Cluster::Engine::on(const sim_event::BlowFalls& e) {
  if (SimWorker* w = find(e.peer); w != nullptr && !w->hung) fall(*w, e.step, e.blow);
}

void Cluster::Engine::fall(SimWorker& w, WorkerStep step, const Blow& blow) {
  const Peer peer = w.peer();
  if (watcher_ != nullptr) watcher_->on_blow(now(), peer, step, phase(), blow);
  if (blow.back_after) later(*blow.back_after, sim_event::Returns{peer, blow.kind});
  if (!blow.back_after && blow.back_in_round) {
    returns_.push_back({peer, *blow.back_in_round, blow.kind});
  }
  if (ledger_ != nullptr && blow.kind != BlowKind::cut) ledger_->lost(peer, now());
  switch (blow.kind) {
    case BlowKind::crash:
      stop_process(w);
      break_link(w, peer);
      break;
    case BlowKind::hang:
      w.hung = true;
      await_nobody(w);
      later(spec_.silence, sim_event::GivenUp{peer});
      break;
    case BlowKind::cut:
      w.link.cut = true;
      if (w.link.up) {
        break_link(w, peer);
        disconnect(w, true);
      }
      await_nobody(w);
      break;
  }
}

// Of a trial's own faults only those in the middle of a chunk wait for their time in the queue.
ClusterState Cluster::Engine::picture() {
  ClusterState s;
  s.faults = desk_.state();
  if (replan_desk_) s.learned = replan_desk_->state();
  for (const SimWorker& w : workers_) {
    s.lives.push_back(w.life);
    s.workers.push_back(!w.machine ? ClusterState::Worker::gone
                        : w.hung   ? ClusterState::Worker::hung
                                   : ClusterState::Worker::live);
  }
  queue_.for_each([&](Time at, const sim_event::Any& event) {
    if (const auto* blow = std::get_if<sim_event::BlowFalls>(&event); blow != nullptr && find(blow->peer)) {
      const FaultKind kind = blow->blow.kind == BlowKind::crash ? FaultKind::crash : FaultKind::hang;
      s.pending.push_back(
          {blow->peer.worker, at - now(), Fault{kind, blow->peer.worker, round_, FaultMoment::mid}});
    } else if (const auto* end = std::get_if<sim_event::GivenUp>(&event); end != nullptr && find(end->peer)) {
      s.pending.push_back({end->peer.worker, at - now(), std::nullopt});
    }
  });
  return s;
}

void Cluster::Engine::on(const sim_event::GivenUp& e) {
  SimWorker* w = find(e.peer);
  if (w == nullptr || !w->hung) return;
  stop_process(*w);
  hear_of_loss(*w, e.peer, Duration::zero());
}

void Cluster::Engine::on(const sim_event::Returns& e) {
  if (worker(e.peer.worker).life == e.peer.life) bring_back(e.peer.worker, e.kind);
}

void Cluster::Engine::bring_back(WorkerId id, BlowKind kind) {
  SimWorker& w = worker(id);
  if (kind == BlowKind::cut) {
    if (!w.machine || !w.link.cut) return;
    w.link.cut = false;
    if (server_) queue_.schedule_now(sim_event::Connects{w.peer()});
    return;
  }
  if (w.machine) {
    if (!w.hung) return;  // two losses that met in one life: it is back already
    const Peer peer = w.peer();
    stop_process(w);  // it hung and has not been given up yet
    break_link(w, peer);
  }
  start_worker(w, id);
}

}  // namespace gleaner
