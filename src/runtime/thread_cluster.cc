#include "runtime/thread_cluster.h"

#include <algorithm>
#include <map>
#include <memory>
#include <utility>
#include <variant>
#include <vector>

#include <fmt/format.h>

#include "runtime/mailbox.h"
#include "runtime/server_half.h"
#include "runtime/worker_host.h"
#include "transport/inproc.h"
#include "work/snapshot.h"

namespace gleaner {
namespace {

using Clock = std::chrono::steady_clock;

struct ToWorker {
  Peer peer;
  HostEvent event;
};
using LoopEvent = std::variant<ServerHalf::Event, ToWorker>;

struct WorkerAlarm {  // a fault strikes; or, without one, a hung worker has been silent for too long
  Peer peer;
  std::optional<Fault> strike;
};
struct FractionAlarm {  // a worker is to tell how far it is
  Peer peer;
  Stamp stamp;
};
using Alarm = std::variant<TimerId, WorkerAlarm, FractionAlarm>;

class ThreadCluster final : public ServerSink, private ServerHalf::Owner {
 public:
  ThreadCluster(const RunSpec& spec, RunObserver& observer)
      : spec_(spec),
        observer_(observer),
        desk_(first_desk(spec)),
        window_(spec.credits),
        hub_(*this),
        half_(spec, observer, *this, hub_, window_),
        hosts_(spec.plan->workers()) {}

  ~ThreadCluster() override {
    for (auto& host : hosts_) {
      if (host) host->close();
    }
  }
  ThreadCluster(const ThreadCluster&) = delete;
  ThreadCluster& operator=(const ThreadCluster&) = delete;

  RunResult run() {
    populate(first_cluster(spec_));
    half_.begin();
    while (!half_.ended()) {
      if (alarm_is_due()) {  // first, so that a full inbox cannot put it off
        ring(alarms_.extract(alarms_.begin()).mapped());
        continue;
      }
      std::optional<LoopEvent> event =
          alarms_.empty() ? inbox_.pop() : inbox_.pop_until(alarms_.begin()->first);
      if (event) std::visit([&](auto& e) { handle(e); }, *event);
    }
    return half_.result();
  }

  // ServerSink: from any thread.
  void on_message(Peer peer, WorkerMessage m) override { post(ServerEvent(FromWorker{peer, std::move(m)})); }
  void on_segment(VectorSegment segment) override { half_.deliver(std::move(segment)); }
  void on_lost(Peer peer) override { post(ServerEvent(WorkerLost{peer})); }

 private:
  [[nodiscard]] bool alarm_is_due() const {
    return !alarms_.empty() && alarms_.begin()->first <= Clock::now();
  }

  // ---- events

  void handle(ServerHalf::Event& e) { half_.handle(e); }
  void handle(ToWorker& e) {
    WorkerHost* host = find(e.peer);
    if (host != nullptr && !host->is_hung()) std::visit([&](auto& event) { handle(*host, event); }, e.event);
  }

  void handle(WorkerHost& host, ParametersCame& e) { host.set_parameters(std::move(e.parameters)); }
  void handle(WorkerHost& host, ChunkComputed& e) {
    const ComputeThread::Result& r = e.result;
    if (r.verdict.outcome == ChunkOutcome::finished && r.job.stamp.round == half_.round()) {
      half_.book().chunk_finished(host.peer().worker, r.job.chunk, r.took, r.job.at_least);
    }
    half_.ledger().ends(host.peer(), r.job.stamp, r.job.slot, r.verdict.outcome, r.took);
    step(host, host.chunk_computed(std::move(e.result)));
  }
  void handle(WorkerHost& host, SendingEnded& e) {
    if (e.how == SendThread::Ended::sent) return step(host, VectorSent{e.ticket});
    // None is left only if it was passed on to another worker; then this vector has been withdrawn.
    if (const auto fault = desk_.strike(host.peer().worker, half_.round(), FaultMoment::sending)) {
      strike(host.peer(), *fault);
    }
  }
  void handle(WorkerHost& host, WorkerEvent& e) {
    if (const auto* message = std::get_if<ServerMessage>(&e)) {
      std::optional<Fault> fault;
      const WorkerId w = host.peer().worker;
      if (std::holds_alternative<StartRound>(*message))
        fault = desk_.strike(w, half_.round(), FaultMoment::start);
      if (std::holds_alternative<Transmit>(*message))
        fault = desk_.strike(w, half_.round(), FaultMoment::after_signal);
      if (fault) return strike(host.peer(), *fault);
      half_.ledger().told(host.peer(), *message);
    }
    if (const auto* f = std::get_if<ChunkFraction>(&e))
      observer_.on_fraction(host.peer().worker, f->fraction);
    step(host, e);
  }

  void step(WorkerHost& host, const WorkerEvent& event) {
    std::vector<WorkerAction> actions;
    host.machine().step(half_.now(), event, actions);
    for (const WorkerAction& a : actions) std::visit([&](const auto& action) { perform(host, action); }, a);
  }

  void ring(const Alarm& alarm) {
    if (const auto* timer = std::get_if<TimerId>(&alarm)) {
      ServerHalf::Event e(ServerEvent(TimerFired{*timer}));
      return half_.handle(e);
    }
    if (const auto* due = std::get_if<FractionAlarm>(&alarm)) {
      if (WorkerHost* host = find(due->peer); host != nullptr && !host->is_hung()) {
        step(*host, Fraction{due->stamp, host->fraction()});
      }
      return;
    }
    const auto& worker = std::get<WorkerAlarm>(alarm);
    if (find(worker.peer) == nullptr) return;
    if (worker.strike) return strike(worker.peer, *worker.strike);
    kill(worker.peer);
  }

  // ---- what the server's half wants

  void post(ServerHalf::Event event) override { inbox_.push(std::move(event)); }
  void ring(Clock::time_point at, TimerId timer) override { alarms_.emplace(at, timer); }
  void before_round(RoundId round) override {
    std::erase_if(graveyard_, [](const auto& host) { return host->has_ended(); });
    for (const WorkerId w : desk_.returning(round)) bring_back(w);
  }
  void before_send(Peer, const ServerMessage& message) override {
    if (const auto* signal = std::get_if<Transmit>(&message))
      desk_.resolve(half_.round(), signal->selection->used);
  }
  void describe(ClusterState& state) const override {
    state.faults = desk_.state();
    state.lives = lives_;
    for (const auto& host : hosts_) {
      state.workers.push_back(!host             ? ClusterState::Worker::gone
                              : host->is_hung() ? ClusterState::Worker::hung
                                                : ClusterState::Worker::live);
    }
    for (const auto& [at, alarm] : alarms_) {
      const auto* a = std::get_if<WorkerAlarm>(&alarm);
      if (a == nullptr) continue;
      const WorkerId w = a->peer.worker;
      if (!hosts_[w.index()] || a->peer.life != lives_[w.index()]) continue;  // of a life that is over
      const Duration in = std::max<Duration>(at - Clock::now(), Duration::zero());
      state.pending.push_back({w, in, a->strike});
    }
  }

  // ---- what a worker wants

  void perform(WorkerHost&, const Note& note) { half_.note(note); }
  void perform(WorkerHost& host, const Compute& a) {
    half_.ledger().begins(host.peer(), a.stamp, a.slot, half_.now());
    const Duration at_least = host.perform(a);
    if (const auto fault = desk_.strike(host.peer().worker, half_.round(), FaultMoment::mid)) {
      set_alarm(at_least / 2, {host.peer(), *fault});
    }
  }
  void perform(WorkerHost& host, const EncodeAndSend& a) {
    host.perform(a, desk_.is_due(host.peer().worker, half_.round(), FaultMoment::sending));
  }
  void perform(WorkerHost& host, const TellFraction& a) {
    alarms_.emplace(half_.clock_at(a.at), FractionAlarm{host.peer(), a.stamp});
  }
  template <class Action>
  void perform(WorkerHost& host, const Action& action) {
    host.perform(action);
  }

  // ---- workers come and go

  void set_alarm(Duration in, WorkerAlarm alarm) { alarms_.emplace(Clock::now() + in, std::move(alarm)); }

  void populate(const ClusterState& cluster) {
    lives_ = cluster.lives;
    for (std::size_t k = 0; k < hosts_.size(); ++k) {
      if (cluster.workers[k] == ClusterState::Worker::gone) continue;
      start_worker(WorkerId(static_cast<std::uint32_t>(k)));
      if (cluster.workers[k] == ClusterState::Worker::hung) hosts_[k]->hang();  // after its Hello
    }
    for (const PendingAlarm& a : cluster.pending)
      set_alarm(a.in, {{a.worker, lives_[a.worker.index()]}, a.strike});
  }

  void start_worker(WorkerId worker) {
    Incarnation& life = lives_[worker.index()];
    life = Incarnation(life.value + 1);
    const Peer peer{worker, life};
    auto host = std::make_unique<WorkerHost>(
        spec_, peer,
        [this](Peer p, HostEvent e) {
          inbox_.push(ToWorker{p, std::move(e)});
        },
        window_);
    host->attach(hub_.connect(peer, *host));
    hosts_[worker.index()] = std::move(host);
    step(*hosts_[worker.index()], LinkChanged{true});
  }

  void bring_back(WorkerId worker) {
    if (const auto& host = hosts_[worker.index()]) {
      if (!host->is_hung()) return;  // two losses that met in one life: it is back already
      kill(host->peer());            // it hung and has not been given up yet
    }
    start_worker(worker);
  }

  void strike(Peer peer, const Fault& fault) {
    if (fault.kind == FaultKind::crash) return kill(peer);
    find(peer)->hang();
    half_.ledger().lost(peer, half_.now());
    set_alarm(spec_.silence, {peer, std::nullopt});
  }

  void kill(Peer peer) {
    std::unique_ptr<WorkerHost> dead = std::move(hosts_[peer.worker.index()]);
    half_.ledger().lost(peer, half_.now());
    dead->close();  // the loss is heard through the link, as any loss
    graveyard_.push_back(std::move(dead));
    half_.book().worker_lost();
  }

  WorkerHost* find(Peer peer) {
    WorkerHost* host = hosts_[peer.worker.index()].get();
    return host != nullptr && host->peer() == peer ? host : nullptr;
  }

  const RunSpec& spec_;
  RunObserver& observer_;
  FaultDesk desk_;
  Mailbox<LoopEvent> inbox_;
  std::multimap<Clock::time_point, Alarm> alarms_;
  SendWindow window_;
  InprocHub hub_;
  ServerHalf half_;
  std::vector<std::unique_ptr<WorkerHost>> hosts_;
  std::vector<std::unique_ptr<WorkerHost>> graveyard_;  // their threads may need a moment to notice
  std::vector<Incarnation> lives_;
};

}  // namespace

RunResult run_threads(const RunSpec& spec, RunObserver& observer) {
  return ThreadCluster(spec, observer).run();
}

}  // namespace gleaner
