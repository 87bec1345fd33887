#include "runtime/thread_cluster.h"

#include <algorithm>
#include <map>
#include <memory>
#include <utility>
#include <variant>
#include <vector>

#include <fmt/format.h>

#include "runtime/combine_thread.h"
#include "runtime/mailbox.h"
#include "runtime/plan_thread.h"
#include "runtime/worker_host.h"
#include "transport/inproc.h"
#include "work/round_border.h"
#include "work/slowness.h"
#include "work/snapshot.h"

namespace gleaner {
namespace {

using Clock = std::chrono::steady_clock;

struct ToServer {
  ServerEvent event;
};
struct ToWorker {
  Peer peer;
  HostEvent event;
};
struct NextRound {};
using LoopEvent = std::variant<ToServer, ToWorker, CombineThread::RoundDone, NextRound>;

struct WorkerAlarm {  // a fault strikes; or, without one, a hung worker has been silent for too long
  Peer peer;
  std::optional<Fault> strike;
};
struct FractionAlarm {  // a worker is to tell how far it is
  Peer peer;
  Stamp stamp;
};
using Alarm = std::variant<TimerId, WorkerAlarm, FractionAlarm>;

class ThreadCluster final : public ServerSink {
 public:
  ThreadCluster(const RunSpec& spec, RunObserver& observer)
      : spec_(spec),
        observer_(observer),
        began_(Clock::now() - first_elapsed(spec)),
        server_(spec.plan, spec.code, first_server(spec)),
        book_(first_book(spec)),
        ledger_(spec.plan),
        slowness_(spec.plan, spec.server),
        border_(spec, observer),
        desk_(first_desk(spec)),
        window_(spec.credits),
        combine_(spec, window_,
                 {[this](ServerEvent e) { inbox_.push(ToServer{std::move(e)}); },
                  [this](CombineThread::RoundDone d) { inbox_.push(std::move(d)); }}),
        parameters_(combine_.initial()),
        hub_(*this),
        hosts_(spec.plan->workers()),
        round_(first_round(spec)) {
    if (!ReplanDesk::is_needed(spec.server)) return;
    plan_.emplace(
        spec.plan, spec.server, [this] { return now(); },
        [this](OrdersReady ready) { inbox_.push(ToServer{std::move(ready)}); });
  }

  ~ThreadCluster() override {
    for (auto& host : hosts_) {
      if (host) host->close();
    }
  }
  ThreadCluster(const ThreadCluster&) = delete;
  ThreadCluster& operator=(const ThreadCluster&) = delete;

  RunResult run() {
    populate(first_cluster(spec_));
    inbox_.push(NextRound{});
    while (!ended_) {
      if (alarm_is_due()) {  // first, so that a full inbox cannot put it off
        ring(alarms_.extract(alarms_.begin()).mapped());
        continue;
      }
      std::optional<LoopEvent> event =
          alarms_.empty() ? inbox_.pop() : inbox_.pop_until(alarms_.begin()->first);
      if (event) std::visit([&](auto& e) { handle(e); }, *event);
    }
    return {std::move(summary_), *parameters_};
  }

  // ServerSink: from any thread.
  void on_message(Peer peer, WorkerMessage m) override {
    inbox_.push(ToServer{FromWorker{peer, std::move(m)}});
  }
  void on_segment(VectorSegment segment) override { combine_.deliver(std::move(segment)); }
  void on_lost(Peer peer) override { inbox_.push(ToServer{WorkerLost{peer}}); }

 private:
  [[nodiscard]] Time now() const { return Time(Clock::now() - began_); }
  [[nodiscard]] bool alarm_is_due() const {
    return !alarms_.empty() && alarms_.begin()->first <= Clock::now();
  }

  // ---- events

  void handle(NextRound&) {
    const Duration elapsed = now().time_since_epoch();
    if (const auto ending = border_.cross(book_.last(), elapsed, [this] { return picture(); }))
      return end(ending->status, ending->reason);
    round_ = RoundId(round_.value + 1);
    std::erase_if(graveyard_, [](const auto& host) { return host->has_ended(); });
    for (const WorkerId w : desk_.returning(round_)) bring_back(w);
    book_.round_begins(round_);
    // Behind the Hellos of those that return.
    inbox_.push(ToServer{plan_ ? plan_->begin_round(round_) : BeginRound{round_}});
  }

  void handle(ToServer& e) {
    if (std::holds_alternative<BeginRound>(e.event)) {
      const Stamp stamp{server_.stamp().term, round_};
      ledger_.round_begins(stamp, now());
      combine_.begin({stamp, Clock::now()});
    }
    std::vector<ServerAction> actions;
    server_.step(now(), e.event, actions);
    for (ServerAction& a : actions) std::visit([&](auto& action) { perform(action); }, a);
  }

  void handle(ToWorker& e) {
    WorkerHost* host = find(e.peer);
    if (host != nullptr && !host->is_hung()) std::visit([&](auto& event) { handle(*host, event); }, e.event);
  }

  void handle(WorkerHost& host, ParametersCame& e) { host.set_parameters(std::move(e.parameters)); }
  void handle(WorkerHost& host, ChunkComputed& e) {
    const ComputeThread::Result& r = e.result;
    if (r.verdict.outcome == ChunkOutcome::finished && r.job.stamp.round == round_) {
      book_.chunk_finished(host.peer().worker, r.job.chunk, r.took, r.job.at_least);
    }
    ledger_.ends(host.peer(), r.job.stamp, r.job.slot, r.verdict.outcome, r.took);
    step(host, host.chunk_computed(std::move(e.result)));
  }
  void handle(WorkerHost& host, SendingEnded& e) {
    if (e.how == SendThread::Ended::sent) return step(host, VectorSent{e.ticket});
    // None is left only if it was passed on to another worker; then this vector has been withdrawn.
    if (const auto fault = desk_.strike(host.peer().worker, round_, FaultMoment::sending)) {
      strike(host.peer(), *fault);
    }
  }
  void handle(WorkerHost& host, WorkerEvent& e) {
    if (const auto* message = std::get_if<ServerMessage>(&e)) {
      std::optional<Fault> fault;
      const WorkerId w = host.peer().worker;
      if (std::holds_alternative<StartRound>(*message)) fault = desk_.strike(w, round_, FaultMoment::start);
      if (std::holds_alternative<Transmit>(*message))
        fault = desk_.strike(w, round_, FaultMoment::after_signal);
      if (fault) return strike(host.peer(), *fault);
      ledger_.told(host.peer(), *message);
    }
    if (const auto* f = std::get_if<ChunkFraction>(&e))
      observer_.on_fraction(host.peer().worker, f->fraction);
    step(host, e);
  }

  void step(WorkerHost& host, const WorkerEvent& event) {
    std::vector<WorkerAction> actions;
    host.machine().step(now(), event, actions);
    for (const WorkerAction& a : actions) std::visit([&](const auto& action) { perform(host, action); }, a);
  }

  void handle(CombineThread::RoundDone& e) {
    if (!e.step) return end("failed", fmt::format("round {}: {}", round_.value, e.step.error().sentence()));
    parameters_ = std::move(e.parameters);
    LedgerPage page = ledger_.round();
    page.slowness = slowness_.of_round(ledger_);
    observer_.on_round(book_.round_ends(e.commit, {e.took, e.step.value(), e.gradient_error, e.vector_bytes,
                                                   e.test_accuracy, std::move(page)}));
    inbox_.push(ToServer{CommitDone{e.commit.stamp}});
    inbox_.push(NextRound{});
  }

  void ring(const Alarm& alarm) {
    if (const auto* timer = std::get_if<TimerId>(&alarm)) {
      ToServer e{TimerFired{*timer}};
      handle(e);
      return;
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

  // ---- what the server wants

  void perform(const Note& note) { observer_.record({now(), note}); }
  void perform(SendWorker& a) {
    if (const auto* signal = std::get_if<Transmit>(&a.message))
      desk_.resolve(round_, signal->selection->used);
    hub_.send(a.peer, std::move(a.message));
  }
  void perform(const SendParameters& a) {
    hub_.send_parameters(a.peer, a.stamp, parameters_);
    book_.sent_to_worker(parameters_->size() * sizeof(float));
  }
  void perform(Expect& a) { combine_.expect(std::move(a)); }
  void perform(const Forget& a) { combine_.forget(a); }
  void perform(Replan& a) { plan_->ask(std::move(a)); }
  void perform(RoundShown& a) { plan_->learn(now(), std::move(a)); }
  void perform(Commit& a) {
    ledger_.commits(a.selection->used, now());
    combine_.commit(std::move(a));
  }
  void perform(const ArmTimer& a) { alarms_.emplace(began_ + a.at.time_since_epoch(), a.timer); }
  void perform(const FailRun& a) { end("failed", a.error.sentence()); }

  // ---- what a worker wants

  void perform(WorkerHost&, const Note& note) { perform(note); }
  void perform(WorkerHost& host, const Compute& a) {
    ledger_.begins(host.peer(), a.stamp, a.slot, now());
    const Duration at_least = host.perform(a);
    if (const auto fault = desk_.strike(host.peer().worker, round_, FaultMoment::mid)) {
      set_alarm(at_least / 2, {host.peer(), *fault});
    }
  }
  void perform(WorkerHost& host, const EncodeAndSend& a) {
    host.perform(a, desk_.is_due(host.peer().worker, round_, FaultMoment::sending));
  }
  void perform(WorkerHost& host, const TellFraction& a) {
    alarms_.emplace(began_ + a.at.time_since_epoch(), FractionAlarm{host.peer(), a.stamp});
  }
  template <class Action>
  void perform(WorkerHost& host, const Action& action) {
    host.perform(action);
  }

  // ---- workers come and go

  void set_alarm(Duration in, WorkerAlarm alarm) { alarms_.emplace(Clock::now() + in, std::move(alarm)); }

  void populate(const ClusterState& cluster) {
    if (plan_ && !cluster.learned.empty()) plan_->restore(cluster.learned);
    lives_ = cluster.lives;
    for (std::size_t k = 0; k < hosts_.size(); ++k) {
      if (cluster.workers[k] == ClusterState::Worker::gone) continue;
      start_worker(WorkerId(static_cast<std::uint32_t>(k)));
      if (cluster.workers[k] == ClusterState::Worker::hung) hosts_[k]->hang();  // after its Hello
    }
    for (const PendingAlarm& a : cluster.pending)
      set_alarm(a.in, {{a.worker, lives_[a.worker.index()]}, a.strike});
  }

  [[nodiscard]] Snapshot picture() const {
    Snapshot s;
    s.trainer = combine_.model();
    s.book = book_.state();
    s.cluster.faults = desk_.state();
    if (plan_) s.cluster.learned = plan_->state();
    s.cluster.lives = lives_;
    for (const auto& host : hosts_) {
      s.cluster.workers.push_back(!host             ? ClusterState::Worker::gone
                                  : host->is_hung() ? ClusterState::Worker::hung
                                                    : ClusterState::Worker::live);
    }
    for (const auto& [at, alarm] : alarms_) {
      const auto* a = std::get_if<WorkerAlarm>(&alarm);
      if (a == nullptr) continue;
      const WorkerId w = a->peer.worker;
      if (!hosts_[w.index()] || a->peer.life != lives_[w.index()]) continue;  // of a life that is over
      const Duration in = std::max<Duration>(at - Clock::now(), Duration::zero());
      s.cluster.pending.push_back({w, in, a->strike});
    }
    return s;
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
    ledger_.lost(peer, now());
    set_alarm(spec_.silence, {peer, std::nullopt});
  }

  void kill(Peer peer) {
    std::unique_ptr<WorkerHost> dead = std::move(hosts_[peer.worker.index()]);
    ledger_.lost(peer, now());
    dead->close();  // the loss is heard through the link, as any loss
    graveyard_.push_back(std::move(dead));
    book_.worker_lost();
  }

  WorkerHost* find(Peer peer) {
    WorkerHost* host = hosts_[peer.worker.index()].get();
    return host != nullptr && host->peer() == peer ? host : nullptr;
  }

  void end(const std::string& status, const std::string& reason) {
    if (ended_) return;
    ended_ = true;
    summary_ = book_.close(status, reason);
  }

  const RunSpec& spec_;
  RunObserver& observer_;
  Clock::time_point began_;
  Server server_;
  RoundBook book_;
  Ledger ledger_;
  Slowness slowness_;
  RoundBorder border_;
  FaultDesk desk_;
  Mailbox<LoopEvent> inbox_;
  std::multimap<Clock::time_point, Alarm> alarms_;
  SendWindow window_;
  CombineThread combine_;
  Parameters parameters_;
  InprocHub hub_;
  std::vector<std::unique_ptr<WorkerHost>> hosts_;
  std::vector<std::unique_ptr<WorkerHost>> graveyard_;  // their threads may need a moment to notice
  std::vector<Incarnation> lives_;
  RoundId round_;
  bool ended_ = false;
  RunSummary summary_;
  std::optional<PlanThread> plan_;  // none: the policy asks for none. Last: its thread uses the above
};

}  // namespace

RunResult run_threads(const RunSpec& spec, RunObserver& observer) {
  return ThreadCluster(spec, observer).run();
}

}  // namespace gleaner
