// A whole cluster on virtual time: the shipping machines, messages that take time, losses at every step.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/trace.h"
#include "coding/code.h"
#include "coding/plan.h"
#include "protocol/server_options.h"
#include "sim/fault_source.h"
#include "sim/network_model.h"
#include "sim/vector_work.h"
#include "work/cluster_state.h"
#include "work/faults.h"
#include "work/ledger.h"
#include "work/speeds.h"

namespace gleaner {

/// When the server looks at the clock.
enum class Grid : std::uint8_t {
  none,     ///< whenever something happens
  integer,  ///< at whole seconds only, as the paper does, and then at all that is there; deadlines too
};

inline constexpr std::uint32_t kUnlimitedCredits = std::numeric_limits<std::uint32_t>::max();

/// One cluster: everything is decided, nothing is read from outside any more. Every field says its unit.
struct ClusterSpec {
  std::shared_ptr<const Plan> plan;
  std::shared_ptr<const Code> code;
  ServerOptions server;  ///< its term is that of the server's first life; `looks` follows from grid
  SpeedModel speeds;     ///< a chunk takes exactly its drawn time
  Duration nominal_chunk_time = std::chrono::seconds(1);  ///< it takes so long where none is drawn
  NetworkModel network;
  Grid grid = Grid::none;
  std::uint64_t rounds = 1;
  std::size_t parameter_bytes = 0;  ///< to every worker at the start of a round
  std::size_t dimension = 0;        ///< d: a coded vector has ceil(d / l) floats of 4 bytes
  std::uint32_t segments = 1;       ///< of a coded vector, at least 1; VectorWork may know better
  /// A sender waits while it is so many segments ahead of what is combined. Word of that comes at once and
  /// is no message.
  std::uint32_t credits = kUnlimitedCredits;
  /// From a report until orders that follow from it leave the server (policy replan).
  Duration planning{};
  /// The share of workers that lie about their speed, drawn per seed: each multiplies the time that its
  /// reports give for a chunk by a factor of its own, exp(u) with u uniform in [-3, 3].
  double liars = 0;
  Duration silence = std::chrono::seconds(10);  ///< a hung worker is given up after so long
  Duration patience = std::chrono::seconds(
      10);  ///< a life of the server waits so long for workers to join, if some are missing
  std::uint64_t checkpoint_every = 1;  ///< rounds; what was committed since is lost with the server
};

/// Where a run goes on that was interrupted between two rounds.
struct StartingPoint {
  RoundId after{0};      ///< rounds done
  Duration elapsed{};    ///< virtual time by then, >= 0
  ClusterState cluster;  ///< of as many workers as the plan has
};

/// One run of a cluster.
struct Trial {
  std::uint64_t seed = 1;
  /// Chunk times of round r are those that SpeedModel draws for round r + first_round - 1, so that trials can
  /// go through the rows of a trace. What lasts over rounds (redraw=, markov) begins with first_round.
  RoundId first_round{1};
  std::vector<Fault> faults = {};  ///< of --faults, for this trial; struck beside those of a FaultSource
  /// None: from the beginning. Else what is still to be struck stands there, and `faults` does not count.
  std::optional<StartingPoint> from = std::nullopt;
};

/// What one committed round cost.
struct RoundOutcome {
  Stamp stamp;
  /// From BeginRound to Commit, the last vector's arrival included. A round that a loss of the server undid
  /// counts from when it began first; the server's absence between two rounds counts as part of the second.
  Duration took{};
  Duration signalled{};      ///< from BeginRound to the first signal
  Duration asked{};          ///< until workers told how far they are, for the first time; 0: nobody was asked
  double residual_norm = 0;  ///< sqrt(residual^2) in block space: what the paper plots
  /// By all workers until the commit, lost ones included. This, the losses, messages and bytes include what
  /// was undone by a loss of the server, and spent until the round began anew.
  std::uint64_t chunks_completed = 0;
  std::uint64_t chunks_used = 0;
  std::uint32_t epochs = 0;  ///< 1: nothing was lost after the signal
  std::uint32_t lost_before_signal = 0;
  std::uint32_t lost_after_signal = 0;
  std::uint32_t uncovered = 0;  ///< losses that set workers computing again
  std::uint64_t messages = 0;   ///< both ways, vectors included, repetitions by the network not
  std::uint64_t bytes_to_server = 0;
  std::uint64_t bytes_to_workers = 0;
};

struct TrialOutcome {
  bool completed = false;
  std::string reason;  ///< why not
  std::vector<RoundOutcome> rounds;
  std::uint64_t events = 0;           ///< taken from the queue
  std::uint64_t server_restarts = 0;  ///< lives of the server after the first
  std::uint64_t rounds_repeated =
      0;  ///< rounds begun anew, every time counted: a loss of the server undid them
};

/// Watches a cluster and judges; steers nothing. Called in the order of virtual time, before an event is
/// stepped and before an action is performed.
class Watcher : public TraceSink {
 public:
  virtual void on_server_event(Time, Stamp, const ServerEvent&) {}
  virtual void on_server_action(Time, const ServerAction&) {}
  virtual void on_worker_event(Time, Peer, const WorkerEvent&) {}
  virtual void on_worker_action(Time, Peer, const WorkerAction&) {}
  virtual void on_blow(Time, Peer, WorkerStep, Server::Phase, const Blow&) {}
  virtual void on_server_blow(Time, RoundId, ServerStep, Server::Phase) {}
  virtual void on_server_start(Time, Term, RoundId /*durable*/) {}
};

/// Runs trials of one cluster, one after another, reusing its memory. Timing only unless `vectors` is given:
/// then chunks, encoding and combining are really done, in no virtual time. Same spec, trial and hooks: same
/// outcome, on every compiler. Not thread safe: one per thread; they may share a spec.
class Cluster {
 public:
  /// What a StartingPoint needs of the cluster as it is. To be called between two rounds.
  using Picture = std::function<ClusterState()>;

  struct Hooks {
    VectorWork* vectors = nullptr;
    FaultSource* faults = nullptr;
    Watcher* watcher = nullptr;
    std::uint64_t events_max = 0;  ///< 0: no limit; else a run without end is ended with a reason
    Ledger* ledger = nullptr;      ///< is told what becomes of the work; of a plan with this placement
    /// Asked before every round, at its beginning: false ends the run, which has then completed.
    std::function<bool(Time, const Picture&)> go_on = nullptr;
  };

  /// REQUIRES: check(spec).ok().
  explicit Cluster(const ClusterSpec& spec);
  ~Cluster();
  Cluster(Cluster&&) noexcept;
  Cluster& operator=(Cluster&&) noexcept;

  [[nodiscard]] TrialOutcome run(const Trial& trial, const Hooks& hooks);
  [[nodiscard]] TrialOutcome run(const Trial& trial) { return run(trial, {}); }

 private:
  class Engine;
  std::unique_ptr<Engine> engine_;
};

/// Errors name the field, as the flag that sets it.
[[nodiscard]] Status check(const ClusterSpec& spec);

}  // namespace gleaner
