// The event loop behind Cluster. Internal to cluster.h.
//
// Virtual time moves from event to event. Whatever the machines want is done at once, in order; a message
// becomes an event at the moment of its arrival. Timers of the server ring after everything else of their
// moment: what is finished at the deadline counts. On a grid everything that the server is told waits for the
// next whole second, timers too, and it decides when it has been told all that is there by then.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "protocol/server.h"
#include "sim/cluster.h"
#include "sim/cluster_events.h"
#include "sim/counting_work.h"
#include "sim/event_queue.h"
#include "sim/network.h"
#include "sim/sim_worker.h"
#include "work/fault_desk.h"
#include "work/replan_desk.h"

namespace gleaner {

class Cluster::Engine {
 public:
  explicit Engine(const ClusterSpec& spec);
  TrialOutcome run(const Trial& trial, const Hooks& hooks);

 private:
  // cluster.cc: a trial, and its events in order
  void begin_trial(const Trial& trial, const Hooks& hooks);
  void populate(const ClusterState* from);
  void handle(sim_event::Any& event);
  void end_moment();
  [[nodiscard]] bool moment_has_an_end() const { return !late_timers_.empty() || look_due_; }
  void end(bool completed, std::string reason);
  [[nodiscard]] Time now() const { return queue_.now(); }
  [[nodiscard]] Time in(Duration d) const { return after(now(), d); }
  template <class Event>
  void later(Duration d, Event event) {
    queue_.schedule(in(d), std::move(event));
  }

  // cluster_rounds.cc: lives of the server and their rounds
  void start_server(Term term);
  void on(const sim_event::ServerStarts& e);
  void on(const sim_event::PatienceOver& e);
  void on(const sim_event::NextRound& e);
  void on(const sim_event::BeginNow& e);
  void await_nobody(SimWorker& w);
  void next_round_soon();
  void finish_commit();
  /// Whether the server is struck down at this step.
  bool strike_server(ServerStep step);
  void kill_server(ServerStep step, Duration down);
  void forget_what_is_not_durable();
  [[nodiscard]] RoundOutcome cost_so_far(RoundId round);
  [[nodiscard]] bool serves(Term term) const { return server_ && term == term_; }

  // cluster_server.cc: what reaches the server, and what it wants
  void on(sim_event::AtServer& e);
  void on(const sim_event::LossHeard& e);
  void on(sim_event::SegmentAtServer& e);
  void on(const sim_event::TimerRings& e);
  void on(const sim_event::OrdersDue& e);
  void tell_server(const ServerEvent& event);
  bool strike_after(const ServerEvent& event);
  void count_loss(Server::Phase before);
  void take_outcomes();
  void perform(SendWorker& a);
  void perform(const SendParameters& a);
  void perform(const Expect& a);
  void perform(const Forget& a) { vectors_->forget(a.worker); }
  void perform(const Replan& a);
  void perform(const RoundShown& a);
  void perform(const Commit& a);
  void perform(const ArmTimer& a) { queue_.schedule(heard(a.at), sim_event::TimerRings{a.timer}); }
  void perform(const FailRun& a) { end(false, a.error.sentence()); }
  void perform(const Note& note) { trace(note); }

  // cluster_workers.cc: what reaches a worker, and what it wants
  void on(sim_event::AtWorker& e);
  void on(const sim_event::Connects& e);
  void on(const sim_event::ChunkDue& e);
  void on(const sim_event::FractionDue& e);
  void on(const sim_event::SendsNext& e);
  void tell_worker(SimWorker& w, const WorkerEvent& event);
  void write_down(const SimWorker& w, Stamp stamp, Slot slot, ChunkOutcome outcome);
  void wake_senders();
  void perform(SimWorker&, const Note& note) { trace(note); }
  void perform(SimWorker& w, SendServer& a);
  void perform(SimWorker& w, const Compute& a);
  void perform(SimWorker& w, const Abort& a);
  void perform(SimWorker& w, const TellFraction& a);
  void perform(SimWorker& w, const EncodeAndSend& a);
  void perform(SimWorker& w, const Withdraw& a);
  void perform(SimWorker& w, const Release& a) { vectors_->release(w.peer(), a.stamp); }
  [[nodiscard]] Duration chunk_time(SimWorker& w, const Compute& a);
  [[nodiscard]] double lies_of(WorkerId worker) const;

  // cluster_faults.cc: workers come and go
  [[nodiscard]] ClusterState picture();
  void on(const sim_event::BlowFalls& e);
  void on(const sim_event::GivenUp& e);
  void on(const sim_event::Returns& e);
  void start_worker(SimWorker& w, WorkerId id);
  void bring_back(WorkerId id, BlowKind kind);
  /// Asks everybody who may strike. True if the worker was struck: what it was about to do is not done.
  bool strike(SimWorker& w, WorkerStep step);
  [[nodiscard]] std::optional<Blow> blow_from_trial(WorkerId worker, WorkerStep step);
  void fall(SimWorker& w, WorkerStep step, const Blow& blow);
  void stop_process(SimWorker& w);
  [[nodiscard]] Server::Phase phase() const { return server_ ? server_->phase() : Server::Phase::idle; }

  // cluster_network.cc: links
  void connect(SimWorker& w);
  void disconnect(SimWorker& w, bool in_flight_lost);
  /// The end of the link travels to the server as a message does.
  void break_link(SimWorker& w, Peer peer);
  void hear_of_loss(SimWorker& w, Peer peer, Duration in);
  void send(SimWorker& w, Peer peer, WorkerMessage message);
  /// When the link is free again.
  Time send(SimWorker& w, VectorSegment part);
  void send(SimWorker& w, Peer peer, ServerMessage message);
  [[nodiscard]] Time heard(Time arrival) const;
  template <class Event>
  void leave_or_wait(SimWorker& w, Peer peer, std::size_t bytes, Event event);
  template <class Event>
  void leave(SimWorker& w, WorkerId id, std::size_t bytes, Event event);
  void on(sim_event::Departs& e);
  /// Whether a partition keeps this from arriving now; it is there as soon as that is over.
  template <class Event>
  bool kept_out(const SimWorker& w, Event& event) {
    if (now() >= w.link.isolated_until || event.session < w.link.valid) return false;
    queue_.schedule(w.link.isolated_until, std::move(event));
    return true;
  }
  void on(const sim_event::PartitionBegins& e);
  void on(const sim_event::Isolated& e);
  [[nodiscard]] std::vector<WorkerId> members(std::uint32_t partition) const;

  void trace(const Note& note) {
    if (watcher_ != nullptr) watcher_->record({now(), note});
  }
  [[nodiscard]] SimWorker& worker(WorkerId id) { return workers_[id.index()]; }
  [[nodiscard]] SimWorker* find(Peer peer);

  ClusterSpec spec_;
  Fingerprint fingerprint_;
  bool equal_chunks_;  // all chunks of a worker take the same time in a round
  SpeedWalk draws_{spec_.speeds};

  Trial trial_;
  VectorWork* vectors_ = nullptr;
  FaultSource* faults_ = nullptr;
  Watcher* watcher_ = nullptr;
  Ledger* ledger_ = nullptr;
  std::vector<LedgerPage> provisional_;  // of rounds that a loss of the server could still undo
  std::function<bool(Time, const Picture&)> go_on_;
  CountingWork counting_;
  Network network_;

  EventQueue<sim_event::Any> queue_;
  std::vector<TimerId> late_timers_;
  bool look_due_ = false;  // on a grid: the server has been told something at this moment
  std::vector<SimWorker> workers_;
  FaultDesk desk_{std::vector<Fault>{}};
  struct Return {
    Peer peer;
    RoundId round;
    BlowKind kind{};
  };
  std::vector<Return> returns_;
  std::vector<bool> partitioned_;  // which partitions of the model have begun

  std::optional<Server> server_;
  std::optional<ReplanDesk> replan_desk_;  // of this life of the server; none: the policy asks for none
  Term term_;
  bool gathering_ = false;  // the life of the server waits for workers to join
  std::size_t awaited_ = 0;
  RoundId round_;    // begun last
  RoundId durable_;  // checkpointed last
  std::optional<Stamp> committed_;
  std::vector<ServerAction> server_actions_;
  std::vector<WorkerAction> worker_actions_;
  struct Aborted {
    Abort what;
    double fraction = 0;
  };
  std::optional<Aborted> aborted_;
  VectorWork::Outcomes outcomes_;
  std::uint32_t combined_ = 0;  // segments of the round's gradient, as far as senders know

  Time round_began_{};
  std::optional<Time> undone_since_;        // the server is gone, and what was not durable by then began here
  bool signalled_ = false;                  // in this round
  bool announced_ = false;                  // in this step of the server
  RoundOutcome tally_;                      // since the round began; between rounds what is nobody's
  std::map<RoundId, RoundOutcome> undone_;  // what losses of the server undid
  RoundId furthest_;                        // begun
  bool restarted_ = false;                  // no round was begun yet in this life of the server, a later one
  TrialOutcome outcome_;
  bool ended_ = false;
};

}  // namespace gleaner
