// A training run as the work of a simulated cluster: real gradients, real steps, its books. Internal to
// virtual_cluster.h.
#pragma once

#include <optional>
#include <vector>

#include "sim/cluster.h"
#include "work/gradient_store.h"
#include "work/round_border.h"
#include "work/slowness.h"
#include "work/vector_encoder.h"

namespace gleaner {

/// Does what a RunSpec says, in no virtual time, and tells the observer. Watches the cluster to keep the
/// books; steers it in one thing: it ends the run between two rounds. Belongs to one thread.
class TrainingWork final : public VectorWork, public Watcher {
 public:
  /// Both must outlive it.
  TrainingWork(const RunSpec& spec, RunObserver& observer);

  /// For the cluster to fill.
  [[nodiscard]] Ledger* ledger() { return &ledger_; }
  /// Segments of a coded vector.
  [[nodiscard]] std::uint32_t segments() const { return combiner_.layout().count(); }
  /// Between two rounds: false if the run is over.
  [[nodiscard]] bool go_on(Time now, const Cluster::Picture& picture);
  /// After the cluster has stopped.
  [[nodiscard]] RunResult result(const TrialOutcome& outcome);

  void start(Peer peer) override;
  void stop(Peer peer) override;
  ChunkVerdict compute(Peer peer, Stamp stamp, Slot slot) override;
  void release(Peer peer, Stamp) override { life(peer).store.release(); }
  void begin_sending(Peer peer, const EncodeAndSend& what) override;
  VectorSegment next_segment(Peer peer) override;
  void withdraw(Peer peer) override { life(peer).sending.reset(); }

  void restart_server(Term, RoundId) override {}
  void begin_round(Stamp stamp) override;
  void expect(const Expect& expect, Outcomes& out) override { combiner_.expect(expect, out); }
  void forget(WorkerId worker) override { combiner_.forget(worker); }
  void deliver(VectorSegment segment, Outcomes& out) override { combiner_.deliver(std::move(segment), out); }
  [[nodiscard]] Status commit(const Commit& commit) override;
  void checkpoint(RoundId) override {}

  void record(const TraceRecord& record) override { observer_.record(record); }
  void on_server_action(Time now, const ServerAction& action) override;
  void on_worker_event(Time now, Peer peer, const WorkerEvent& event) override;
  void on_worker_action(Time now, Peer peer, const WorkerAction& action) override;

 private:
  struct Sending {
    Ticket ticket;
    VectorEncoder encoder;
    std::uint32_t next;
  };
  struct Life {
    Peer peer;
    GradientStore store;
    Time began{};  // the chunk in hand
    std::optional<Sending> sending;
  };
  [[nodiscard]] Life& life(Peer peer);

  const RunSpec& spec_;
  RunObserver& observer_;
  Combiner combiner_;
  Trainer trainer_;
  RoundBook book_;
  Ledger ledger_;
  Slowness slowness_;
  RoundBorder border_;
  std::optional<Ending> ending_;
  std::vector<std::optional<Life>> lives_;  // by worker
  Stamp stamp_;
  Time round_began_{};
  Time now_{};  // of what was watched last
};

}  // namespace gleaner
