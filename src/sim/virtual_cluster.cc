#include "sim/virtual_cluster.h"

#include <algorithm>
#include <map>
#include <memory>
#include <utility>
#include <variant>
#include <vector>

#include <fmt/format.h>

#include "protocol/server.h"
#include "sim/event_queue.h"
#include "sim/virtual_worker.h"
#include "work/combiner.h"
#include "work/round_border.h"
#include "work/snapshot.h"

namespace gleaner {
namespace {

struct ToServer {
  ServerEvent event;
};
struct ToWorker {
  Peer peer;
  WorkerEvent event;
};
struct ChunkDue {
  Peer peer;
  std::uint64_t serial;
};
struct SendSegment {
  Peer peer;
  Ticket ticket;
};
struct Alarm {  // a fault strikes; or, without one, a hung worker has been silent for too long
  Peer peer;
  std::optional<Fault> strike;
};
struct AlarmRings {};  // the earliest of alarms_, which come in the same order
struct Hang {          // as the worker did before the run was resumed
  Peer peer;
};
struct NextRound {};
struct BeginNow {};  // one step after NextRound: whoever returns has introduced itself
using SimEvent =
    std::variant<ToServer, ToWorker, ChunkDue, SendSegment, AlarmRings, Hang, NextRound, BeginNow>;

class VirtualCluster {
 public:
  VirtualCluster(const RunSpec& spec, RunObserver& observer)
      : spec_(spec),
        observer_(observer),
        queue_(Time(first_elapsed(spec))),
        server_(spec.plan, spec.code, first_server(spec)),
        combiner_(spec.plan, spec.code, spec.objective->dimension(), spec.segment_floats),
        trainer_(first_trainer(spec)),
        book_(first_book(spec)),
        border_(spec, observer),
        desk_(first_desk(spec)),
        workers_(spec.plan->workers()),
        round_(first_round(spec)) {}

  RunResult run() {
    populate(first_cluster(spec_));
    queue_.schedule_now(NextRound{});
    while (!ended_) {
      if (queue_.empty()) {
        end("failed", "nothing can happen any more: no worker is left to wait for");
        break;
      }
      const SimEvent event = queue_.pop();
      std::visit([&](const auto& e) { handle(e); }, event);
    }
    return {std::move(summary_), *trainer_.parameters()};
  }

 private:
  // ---- events

  void handle(const NextRound&) {
    const Duration elapsed = queue_.now().time_since_epoch();
    if (const auto ending = border_.cross(book_.last(), elapsed, [this] { return picture(); }))
      return end(ending->status, ending->reason);
    round_ = RoundId(round_.value + 1);
    for (const WorkerId w : desk_.returning(round_)) bring_back(w);
    queue_.schedule_now(BeginNow{});
  }
  void handle(const BeginNow&) { queue_.schedule_now(ToServer{BeginRound{round_}}); }

  void handle(const ToServer& e) {
    if (std::holds_alternative<BeginRound>(e.event)) {
      book_.round_begins(round_);
      combiner_.begin({server_.stamp().term, round_});
      round_began_ = queue_.now();
    }
    std::vector<ServerAction> actions;
    server_.step(queue_.now(), e.event, actions);
    for (const ServerAction& a : actions) {
      if (ended_) return;
      std::visit([&](const auto& action) { perform(action); }, a);
    }
  }

  void handle(const ToWorker& e) {
    VirtualWorker* w = find(e.peer);
    if (w == nullptr || w->hung) return;
    if (const auto* message = std::get_if<ServerMessage>(&e.event)) {
      std::optional<Fault> fault;
      if (std::holds_alternative<StartRound>(*message))
        fault = desk_.strike(e.peer.worker, round_, FaultMoment::start);
      if (std::holds_alternative<Transmit>(*message)) {
        fault = desk_.strike(e.peer.worker, round_, FaultMoment::after_signal);
      }
      if (fault) return strike(e.peer, *fault);
    }
    std::vector<WorkerAction> actions;
    w->machine.step(queue_.now(), e.event, actions);
    for (const WorkerAction& a : actions) std::visit([&](const auto& action) { perform(*w, action); }, a);
  }

  void handle(const ChunkDue& e) {
    VirtualWorker* w = find(e.peer);
    if (w == nullptr || w->hung || !w->in_hand || w->chunk_serial != e.serial) return;
    const VirtualWorker::InHand job = *std::exchange(w->in_hand, std::nullopt);
    const ChunkId chunk = spec_.plan->assignment().chunk_at(e.peer.worker, job.slot);
    GradientBuffer buffer = w->store.take();
    FreePulse pulse;
    const ChunkVerdict verdict =
        compute_chunk(*spec_.objective, *w->parameters, chunk, job.stamp.round, *buffer, pulse);
    if (verdict.outcome == ChunkOutcome::finished) {
      w->store.keep(job.slot, std::move(buffer));
      book_.chunk_finished(e.peer.worker, chunk, queue_.now() - job.started, job.drawn);
    } else {
      w->store.give_back(std::move(buffer));
    }
    tell(e.peer, ChunkEnded{job.stamp, job.slot, verdict.outcome, verdict.why});
  }

  void handle(const SendSegment& e) {
    VirtualWorker* w = find(e.peer);
    if (w == nullptr || w->hung || !w->sending || w->sending->ticket != e.ticket) return;
    VirtualWorker::Sending& s = *w->sending;
    const SegmentLayout& layout = s.encoder.layout();
    if (s.next >= s.dies_before) {
      if (const auto fault = desk_.strike(e.peer.worker, round_, FaultMoment::sending))
        return strike(e.peer, *fault);
    }
    if (s.next >= combiner_.combined() + spec_.credits) {
      s.waiting = true;
      return;
    }
    VectorSegment part{e.peer, e.ticket, s.next, std::vector<float>(layout.range(s.next).size())};
    s.encoder.encode(s.next, part.data);
    ++s.next;
    const bool last = s.next >= layout.count();
    std::vector<Combiner::Outcome> outcomes;
    combiner_.deliver(std::move(part), outcomes);
    report(outcomes);
    if (last) {
      w->sending.reset();
      tell(e.peer, VectorSent{e.ticket});
    } else {
      queue_.schedule_now(e);
    }
  }

  void handle(const AlarmRings&) {
    const Alarm alarm = alarms_.extract(alarms_.begin()).mapped();
    if (find(alarm.peer) == nullptr) return;
    if (alarm.strike) return strike(alarm.peer, *alarm.strike);
    kill(alarm.peer);
  }
  void handle(const Hang& e) {
    if (VirtualWorker* w = find(e.peer)) w->hung = true;
  }

  // ---- what the server wants

  void perform(const Note& note) { observer_.record({queue_.now(), note}); }
  void perform(const SendWorker& a) {
    if (const auto* signal = std::get_if<Transmit>(&a.message))
      desk_.resolve(round_, signal->selection->used);
    queue_.schedule_now(ToWorker{a.peer, a.message});
  }
  void perform(const SendParameters& a) {
    if (VirtualWorker* w = find(a.peer)) w->parameters = trainer_.parameters();
    book_.sent_to_worker(spec_.objective->parameters() * sizeof(float));
  }
  void perform(const Expect& a) {
    std::vector<Combiner::Outcome> outcomes;
    combiner_.expect(a, outcomes);
    report(outcomes);
  }
  void perform(const Forget& a) { combiner_.forget(a.worker); }
  void perform(const ArmTimer& a) { queue_.schedule(a.at, ToServer{TimerFired{a.timer}}); }
  void perform(const FailRun& a) { end("failed", a.error.sentence()); }
  void perform(const Commit& a) {
    GLEANER_CHECK(combiner_.combined() == combiner_.layout().count(), "a commit follows the last segment");
    const Parameters before = trainer_.parameters();
    const Result<Trainer::Step> step = trainer_.step(combiner_.gradient());
    if (!step) return end("failed", fmt::format("round {}: {}", round_.value, step.error().sentence()));
    RoundBook::Recovered recovered{queue_.now() - round_began_, step.value(), kNotMeasured,
                                   combiner_.bytes_received()};
    if (spec_.verify)
      recovered.gradient_error = trainer_.gradient_error(combiner_.gradient(), *before, round_);
    if (spec_.test && spec_.test->is_due(round_.value, spec_.rounds))
      recovered.test_accuracy = trainer_.accuracy_on(spec_.test->samples);
    observer_.on_round(book_.round_ends(a, recovered));
    queue_.schedule_now(ToServer{CommitDone{a.stamp}});
    queue_.schedule_now(NextRound{});
  }

  // ---- what a worker wants

  void perform(VirtualWorker&, const Note& note) { perform(note); }
  void perform(VirtualWorker& w, const SendServer& a) {
    queue_.schedule_now(ToServer{FromWorker{w.machine.peer(), a.message}});
  }
  void perform(VirtualWorker& w, const Compute& a) {
    const Peer peer = w.machine.peer();
    const ChunkId chunk = spec_.plan->assignment().chunk_at(peer.worker, a.slot);
    const Duration drawn = !spec_.speeds.none()
                               ? spec_.speeds.chunk_time(spec_.seed, a.stamp.round, peer.worker, chunk.value)
                               : kNominalChunkTime;
    w.in_hand = VirtualWorker::InHand{a.stamp, a.slot, queue_.now(), drawn};
    queue_.schedule(queue_.now() + drawn, ChunkDue{peer, ++w.chunk_serial});
    if (const auto fault = desk_.strike(peer.worker, round_, FaultMoment::mid)) {
      set_alarm(drawn / 2, {peer, *fault});
    }
  }
  void perform(VirtualWorker& w, const Abort& a) {
    if (!w.in_hand) return;  // it has just ended; its ChunkEnded is on the way
    w.in_hand.reset();
    tell(w.machine.peer(), ChunkEnded{a.stamp, a.slot, ChunkOutcome::stopped, {}});
  }
  void perform(VirtualWorker& w, const EncodeAndSend& a) {
    const Peer peer = w.machine.peer();
    const SlotSet& used = a.selection->used[peer.worker.index()];
    const auto& layout = combiner_.layout();
    w.sending.emplace(VirtualWorker::Sending{
        a.ticket,
        VectorEncoder(*spec_.plan, *spec_.code, peer.worker, a.selection->used, w.store.rows(used), layout),
        a.first_segment, a.first_segment + (layout.count() - a.first_segment) / 2});
    queue_.schedule_now(SendSegment{peer, a.ticket});
  }
  void perform(VirtualWorker& w, const Withdraw&) { w.sending.reset(); }
  void perform(VirtualWorker& w, const Release&) { w.store.release(); }

  // ---- workers come and go

  void set_alarm(Duration in, Alarm alarm) {
    alarms_.emplace(queue_.now() + in, std::move(alarm));
    queue_.schedule(queue_.now() + in, AlarmRings{});
  }

  void populate(const ClusterState& cluster) {
    lives_ = cluster.lives;
    for (std::size_t k = 0; k < workers_.size(); ++k) {
      const WorkerId w(static_cast<std::uint32_t>(k));
      if (cluster.workers[k] != ClusterState::Worker::gone) start_worker(w);
      if (cluster.workers[k] == ClusterState::Worker::hung) queue_.schedule_now(Hang{{w, lives_[k]}});
    }
    for (const PendingAlarm& a : cluster.pending)
      set_alarm(a.in, {{a.worker, lives_[a.worker.index()]}, a.strike});
  }

  [[nodiscard]] Snapshot picture() const {
    Snapshot s;
    s.trainer = trainer_.state();
    s.book = book_.state();
    s.cluster.faults = desk_.state();
    s.cluster.lives = lives_;
    for (const auto& w : workers_) {
      s.cluster.workers.push_back(!w        ? ClusterState::Worker::gone
                                  : w->hung ? ClusterState::Worker::hung
                                            : ClusterState::Worker::live);
    }
    for (const auto& [at, alarm] : alarms_) {
      const WorkerId w = alarm.peer.worker;
      const bool meant = workers_[w.index()] && alarm.peer.life == lives_[w.index()];
      if (meant) s.cluster.pending.push_back({w, at - queue_.now(), alarm.strike});
    }
    return s;
  }

  void start_worker(WorkerId worker) {
    Incarnation& life = lives_[worker.index()];
    life = Incarnation(life.value + 1);
    const Peer peer{worker, life};
    workers_[worker.index()] =
        std::make_unique<VirtualWorker>(peer, spec_.plan, spec_.objective->dimension());
    tell(peer, LinkChanged{true});
  }

  void bring_back(WorkerId worker) {
    if (const auto& w = workers_[worker.index()]) {
      if (!w->hung) return;     // two losses that met in one life: it is back already
      kill(w->machine.peer());  // it hung and has not been given up yet
    }
    start_worker(worker);
  }

  void strike(Peer peer, const Fault& fault) {
    if (fault.kind == FaultKind::crash) return kill(peer);
    find(peer)->hung = true;
    set_alarm(spec_.silence, {peer, std::nullopt});
  }

  void kill(Peer peer) {
    workers_[peer.worker.index()].reset();
    book_.worker_lost();
    queue_.schedule_now(ToServer{WorkerLost{peer}});
  }

  VirtualWorker* find(Peer peer) {
    VirtualWorker* w = workers_[peer.worker.index()].get();
    return w != nullptr && w->machine.peer() == peer ? w : nullptr;
  }

  void tell(Peer peer, WorkerEvent event) { queue_.schedule_now(ToWorker{peer, std::move(event)}); }

  void report(const std::vector<Combiner::Outcome>& outcomes) {
    for (const Combiner::Outcome& outcome : outcomes) {
      std::visit([&](const auto& o) { queue_.schedule_now(ToServer{ServerEvent(o)}); }, outcome);
      if (std::holds_alternative<Combined>(outcome)) wake_senders();
    }
  }

  void wake_senders() {
    for (const auto& w : workers_) {
      if (!w || !w->sending || !w->sending->waiting) continue;
      w->sending->waiting = false;
      queue_.schedule_now(SendSegment{w->machine.peer(), w->sending->ticket});
    }
  }

  void end(const std::string& status, const std::string& reason) {
    ended_ = true;
    summary_ = book_.close(status, reason);
  }

  const RunSpec& spec_;
  RunObserver& observer_;
  EventQueue<SimEvent> queue_;
  Server server_;
  Combiner combiner_;
  Trainer trainer_;
  RoundBook book_;
  RoundBorder border_;
  FaultDesk desk_;
  std::vector<std::unique_ptr<VirtualWorker>> workers_;
  std::vector<Incarnation> lives_;
  std::multimap<Time, Alarm> alarms_;
  RoundId round_;
  Time round_began_{};
  bool ended_ = false;
  RunSummary summary_;
};

}  // namespace

RunResult run_virtual(const RunSpec& spec, RunObserver& observer) {
  return VirtualCluster(spec, observer).run();
}

}  // namespace gleaner
