// What a Server is told and what it wants: see server.h.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "base/trace.h"
#include "protocol/messages.h"

namespace gleaner {

// ---- events

/// Start this round; its parameters are in the driver's store. REQUIRES: phase idle.
struct BeginRound {
  RoundId round;
  /// For policy replan. After so long workers tell how far they are, and in any case as soon as a sixth of
  /// the copies is there; 0: then only.
  Duration listen_after{};
  /// For every worker the order that it starts with, null: the plan's. Empty: the plan's for all.
  std::vector<OrderRef> orders = {};
};
struct FromWorker {
  Peer peer;
  WorkerMessage message;
};
/// The link of this incarnation broke, or the driver gave it up.
struct WorkerLost {
  Peer peer;
};
/// Every segment that was expected of this vector has arrived and is sound.
struct VectorIn {
  Peer peer;
  Ticket ticket;
};
/// A segment of this vector is unusable: NaN, wrong length, bad checksum.
struct VectorBad {
  Peer peer;
  Ticket ticket;
  std::string why;
};
/// This vector is so slow that the round is sooner over without it: the driver's judgement. Ignored where
/// some chunk would have too few copies then.
struct VectorLate {
  Peer peer;
  Ticket ticket;
  std::string why;
};
/// Segments 0 .. segments-1 of the round's gradient have been combined: nobody need send them again. Those
/// that no earlier Combined named were combined under the selection of `epoch`.
struct Combined {
  Stamp stamp;
  std::uint32_t segments = 0;
  Epoch epoch;
};
/// The optimiser has stepped and the round is as durable as it will be.
struct CommitDone {
  Stamp stamp;
};
/// Answers Replan. Times count from the start of the round.
struct OrdersReady {
  Stamp stamp;
  std::uint32_t serial = 0;
  std::vector<OrderRef> orders;  ///< for every worker, null: it keeps its own. Empty: all do
  Duration listen_again{};       ///< ask those again then that had not got anywhere; 0: do not
  Duration until{};              ///< the round should be over by then; 0: unknown
  bool fell_back = false;        ///< reports contradicted what was done
  /// Ask for orders again then: by that time somebody should have finished a chunk. 0: do not.
  Duration check{};
};
struct TimerId {
  enum class Kind : std::uint8_t { deadline, wait, listen };
  Kind kind{};
  Stamp stamp;
  std::uint32_t serial = 0;  ///< tells a timer from its predecessors
  bool operator==(const TimerId&) const = default;
};
struct TimerFired {
  TimerId timer;
};
/// Everything that a server with ServerOptions::looks sees at this moment has been told: it decides now.
struct Look {};
using ServerEvent = std::variant<BeginRound, FromWorker, WorkerLost, VectorIn, VectorBad, VectorLate,
                                 Combined, CommitDone, OrdersReady, TimerFired, Look>;

// ---- actions, to be performed in order

struct SendWorker {
  Peer peer;
  ServerMessage message;
};
/// Bring the parameters of this round to the worker, before any later message to it.
struct SendParameters {
  Peer peer;
  Stamp stamp;
};
/// The set of vectors that together decode. It replaces the set of any earlier Expect: parts that arrived
/// under tickets that are named again stay, all others are dropped. A segment is combined once every vector
/// of the set has delivered it. Segments combined before stay valid. An empty set: combine nothing until the
/// next Expect, drop nothing.
struct Expect {
  SelectionRef selection;
  struct Vector {
    Peer peer;
    Epoch epoch;
  };
  std::vector<Vector> vectors;
};
/// Drop what has arrived of this worker's vectors in this round: they are stale.
struct Forget {
  Stamp stamp;
  WorkerId worker;
};
/// What the server has seen of a worker in this round by its own clock, whatever the worker says.
struct SeenOfWorker {
  Time heard{};          ///< its last report
  Time last_finished{};  ///< its last finished chunk; none yet: when it was sent the round. Nothing that it
                         ///< has in hand was begun before
  Time busy_since{};  ///< the same, or its last will if that is later: what it has in hand was begun by then,
                      ///< but for the time that messages take
  Duration took_least{};  ///< bounds of the chunk that it finished last, messages aside
  Duration took_most{};
  /// Between sending it the round and its first report, without what that accounts for by the worker's own
  /// clock: the time that messages take, if it tells the truth.
  std::optional<Duration> messages = std::nullopt;
};
/// What the server knows of its workers in this round.
struct RoundKnowledge {
  struct Worker {
    bool works = false;  ///< live, and its work counts
    SlotSet done;        ///< copies that count
    SlotSet rejected;
    Pace pace;
    std::optional<Slot> in_hand;
    Time in_hand_since{};
    OrderRef order;  ///< that it follows; null: the plan's
    SeenOfWorker seen = {};
  };
  Stamp stamp;
  Time began{};  ///< of the round
  std::vector<Worker> workers;
};
using KnowledgeRef = std::shared_ptr<const RoundKnowledge>;

/// Work out orders for the rest of the round from this, and answer OrdersReady. The last one counts.
struct Replan {
  std::uint32_t serial = 0;
  bool late = false;   ///< the round should be over by the last answer
  bool check = false;  ///< somebody should have finished a chunk by the last answer
  KnowledgeRef known;
};
/// The signal goes out: this is what the round has shown of the workers. Where orders are learned only.
struct RoundShown {
  KnowledgeRef known;
};
/// All expected vectors are whole: combine what is left, step the optimiser, then answer CommitDone.
struct Commit {
  Stamp stamp;
  SelectionRef selection;
  /// Relative; 0: exact. The largest of the selections under which segments were combined, the last one
  /// included: what was combined under an earlier one stays as it is.
  double residual = 0;
  std::uint64_t chunks_completed =
      0;  ///< chunk gradients finished in this round by all workers, lost ones included
  std::uint64_t chunks_used = 0;    ///< chunk gradients in the selection
  std::vector<WorkerId> reencoded;  ///< lives of workers that encoded more than once, ascending
  std::uint32_t live_workers = 0;
};
struct ArmTimer {
  TimerId timer;
  Time at;
};
/// The run cannot go on. The last action of this machine.
struct FailRun {
  Error error;
};
using ServerAction = std::variant<SendWorker, SendParameters, Expect, Forget, Replan, RoundShown, Commit,
                                  ArmTimer, FailRun, Note>;

}  // namespace gleaner
