#include "sim/cluster.h"

#include <fmt/format.h>

#include "sim/cluster_engine.h"

namespace gleaner {

Status check(const ClusterSpec& spec) {
  if (spec.plan == nullptr || spec.code == nullptr) {
    return bad_input("a simulated cluster has no plan or no code", "make a Plan, and code_for() its method");
  }
  if (const Status good = spec.server.check(); !good) return good;
  if (const Status good = spec.speeds.check(spec.plan->workers()); !good) return good;
  if (const Status good = spec.network.check(spec.plan->workers()); !good) return good;
  if (spec.rounds == 0) return bad_input("--rounds: 0 rounds are none", "give at least 1");
  if (spec.segments == 0) return bad_input("a coded vector in 0 segments", "give at least 1 segment");
  if (spec.checkpoint_every == 0) {
    return bad_input("--checkpoint-every: 0 rounds", "give at least 1, or a number above --rounds for never");
  }
  if (spec.silence <= Duration::zero()) {
    return bad_input("a hung worker is given up after no time at all", "give a positive silence, like 10s");
  }
  if (spec.planning < Duration::zero()) {
    return bad_input("--plan-time: planning takes a negative time", "give 0 or a time such as 0.01");
  }
  if (!(spec.liars >= 0 && spec.liars <= 1)) {
    return bad_input(fmt::format("--liars: {} is no share of the workers", spec.liars),
                     "give a number between 0 and 1, such as 0.3");
  }
  if (spec.patience < Duration::zero()) {
    return bad_input("the server waits for workers for a negative time", "give a patience such as 10s");
  }
  return {};
}

Cluster::Cluster(const ClusterSpec& spec) : engine_(std::make_unique<Engine>(spec)) {}
Cluster::~Cluster() = default;
Cluster::Cluster(Cluster&&) noexcept = default;
Cluster& Cluster::operator=(Cluster&&) noexcept = default;

TrialOutcome Cluster::run(const Trial& trial, const Hooks& hooks) { return engine_->run(trial, hooks); }

Cluster::Engine::Engine(const ClusterSpec& spec)
    : spec_(spec),
      fingerprint_(spec.plan->fingerprint()),
      equal_chunks_(!spec.speeds.per_chunk()),
      counting_(spec.plan->workers(), spec.segments),
      network_(spec.network),
      workers_(spec.plan->workers()) {
  GLEANER_CHECK(check(spec).ok(), "a cluster is checked before it is made");
  spec_.server.looks = spec.grid != Grid::none;
}

TrialOutcome Cluster::Engine::run(const Trial& trial, const Hooks& hooks) {
  begin_trial(trial, hooks);
  start_server(spec_.server.term);
  while (!ended_) {
    if (moment_has_an_end() && queue_.moment_over()) {
      end_moment();
    } else if (queue_.empty()) {
      end(false, "nothing can happen any more: no worker is left to wait for");
    } else if (hooks.events_max > 0 && outcome_.events >= hooks.events_max) {
      end(false, fmt::format("the run had no end within {} events", hooks.events_max));
    } else {
      ++outcome_.events;
      handle(queue_.next());
      if (now() == Time::max()) end(false, "virtual time has run out: it ends after 292 years");
    }
  }
  return std::move(outcome_);
}

void Cluster::Engine::begin_trial(const Trial& trial, const Hooks& hooks) {
  trial_ = trial;
  vectors_ = hooks.vectors != nullptr ? hooks.vectors : &counting_;
  faults_ = hooks.faults;
  watcher_ = hooks.watcher;
  ledger_ = hooks.ledger;
  if (ledger_ != nullptr) ledger_->restart();
  provisional_.clear();
  go_on_ = hooks.go_on;
  const StartingPoint* from = trial_.from ? &*trial_.from : nullptr;
  desk_ = from != nullptr ? FaultDesk(from->cluster.faults) : FaultDesk(trial.faults);
  queue_.restart(from != nullptr ? Time(from->elapsed) : Time{});
  network_.restart(trial.seed);
  draws_.restart(trial.seed, trial.first_round, workers_.size());
  late_timers_.clear();
  look_due_ = false;
  returns_.clear();
  undone_since_.reset();
  outcomes_.clear();
  committed_.reset();
  partitioned_.assign(spec_.network.partitions.size(), false);
  durable_ = furthest_ = from != nullptr ? from->after : RoundId(0);
  undone_.clear();
  restarted_ = false;
  outcome_ = TrialOutcome{};
  ended_ = false;
  server_.reset();
  populate(from != nullptr ? &from->cluster : nullptr);
}

void Cluster::Engine::populate(const ClusterState* from) {
  GLEANER_CHECK(from == nullptr || from->workers.size() == workers_.size(),
                "it goes on with its own workers");
  for (std::size_t k = 0; k < workers_.size(); ++k) {
    SimWorker& w = workers_[k] = SimWorker{};
    if (from != nullptr) w.life = from->lives[k];
    if (from != nullptr && from->workers[k] == ClusterState::Worker::gone) continue;
    start_worker(w, WorkerId(static_cast<std::uint32_t>(k)));
    w.hangs_again = from != nullptr && from->workers[k] == ClusterState::Worker::hung;
  }
  if (from == nullptr) return;
  for (const PendingAlarm& a : from->pending) {
    const Peer peer{a.worker, worker(a.worker).life};
    if (a.strike) {
      later(a.in, sim_event::BlowFalls{peer, WorkerStep::computing, blow_of(*a.strike)});
    } else {
      later(a.in, sim_event::GivenUp{peer});
    }
  }
}

void Cluster::Engine::handle(sim_event::Any& event) {
  std::visit([this](auto& e) { on(e); }, event);
}

void Cluster::Engine::end_moment() {
  const std::vector<TimerId> timers = std::exchange(late_timers_, {});
  for (const TimerId& timer : timers) {
    if (serves(timer.stamp.term) && !ended_) tell_server(TimerFired{timer});
  }
  if (std::exchange(look_due_, false) && server_ && !ended_) tell_server(Look{});
}

void Cluster::Engine::end(bool completed, std::string reason) {
  if (ended_) return;
  ended_ = true;
  outcome_.completed = completed;
  outcome_.reason = std::move(reason);
}

SimWorker* Cluster::Engine::find(Peer peer) {
  SimWorker& w = worker(peer.worker);
  return w.machine && w.life == peer.life ? &w : nullptr;
}

}  // namespace gleaner
