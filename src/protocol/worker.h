// The worker's half of the protocol: a state machine, an event in, actions out.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/time.h"
#include "base/trace.h"
#include "coding/plan.h"
#include "protocol/messages.h"

namespace gleaner {

// ---- events

/// The link to the server came up or went down. Up: the worker introduces itself.
struct LinkChanged {
  bool up = false;
};
enum class ChunkOutcome : std::uint8_t {
  finished,  ///< the gradient is in the store
  stopped,   ///< by Abort
  rejected,  ///< it has NaN or infinity and is not in the store
};
/// Answers Compute, exactly once for each, also after Abort (with whichever outcome was faster).
struct ChunkEnded {
  Stamp stamp;
  Slot slot;
  ChunkOutcome outcome{};
  std::string why = {};  ///< for rejected
  double fraction = 0;   ///< for stopped: so far it had got
};
/// The chunk in hand has got so far; sent now and then.
struct ChunkFraction {
  Stamp stamp;
  Slot slot;
  double fraction = 0;
};
/// Answers TellFraction: the chunk in hand has got so far; 0 if there is none.
struct Fraction {
  Stamp stamp;
  double fraction = 0;
};
/// The last segment of this vector has been handed to the link.
struct VectorSent {
  Ticket ticket;
};
using WorkerEvent = std::variant<ServerMessage, LinkChanged, ChunkEnded, ChunkFraction, Fraction, VectorSent>;

// ---- actions, to be performed in order

/// Queue a message to the server; the driver owns delivery.
struct SendServer {
  WorkerMessage message;
};
/// Compute the gradient of this slot with the parameters of the round and keep it. At most one at a time.
struct Compute {
  Stamp stamp;
  Slot slot;
};
/// Stop the computation in hand within one tick of its pulse.
struct Abort {
  Stamp stamp;
  Slot slot;
};
/// Tell how far the chunk in hand is at this time, by a Fraction; also if none is, or the link is down.
struct TellFraction {
  Stamp stamp;
  Time at;
};
/// Encode the selected slots and send the segments from first_segment on. Runs beside computing. The
/// gradients stay in the store. Replaces nothing: a Withdraw comes first where an older vector is still on
/// its way.
struct EncodeAndSend {
  Ticket ticket;
  SelectionRef selection;
  std::uint32_t first_segment = 0;
};
/// Stop sending this vector; no VectorSent is owed for it.
struct Withdraw {
  Ticket ticket;
};
/// Drop the chunk gradients of this round from the store, after anything that still reads them has stopped.
/// May come twice for a round, where a chunk was faster than its Abort; none of a later round is kept then.
struct Release {
  Stamp stamp;
};
using WorkerAction =
    std::variant<SendServer, Compute, Abort, TellFraction, EncodeAndSend, Withdraw, Release, Note>;

/// One incarnation of one worker.
///
/// It computes what it is asked to, in the plan's order or the one that it is told, reports after every
/// chunk, and when the signal comes drops the chunk in hand and lets its selected gradients be encoded. It
/// keeps finished gradients until the round is committed, so that it can encode again after the loss of a
/// neighbour. It is NOT a thread, owns no buffer, clock or socket: a driver performs the actions. Value type;
/// not thread safe.
class Worker {
 public:
  Worker(Peer peer, std::shared_ptr<const Plan> plan);
  /// For drivers of many workers, that compute it once. `trace`: whether there are Notes among the actions.
  /// REQUIRES: fingerprint == plan->fingerprint().
  Worker(Peer peer, std::shared_ptr<const Plan> plan, Fingerprint fingerprint, bool trace = true);

  /// Appends the actions that follow from `event` to `out`. Never fails: what does not belong is noted and
  /// ignored.
  void step(Time now, const WorkerEvent& event, std::vector<WorkerAction>& out);

  [[nodiscard]] Peer peer() const { return peer_; }
  [[nodiscard]] Stamp stamp() const { return stamp_; }
  /// Slots whose gradients are kept for stamp().
  [[nodiscard]] const SlotSet& done() const { return done_; }
  [[nodiscard]] bool computing() const { return in_hand_.has_value(); }

 private:
  using Out = std::vector<WorkerAction>;
  struct InHand {
    Stamp stamp;
    Slot slot;
    Time began;
    Pace pace;  // of this attempt, as known last
    bool aborting = false;
  };

  void on(const ServerMessage& message, Out& out);
  void on(const Welcome& m, Out& out);
  void on(const Refused& m, Out& out);
  void on(const StartRound& m, Out& out);
  void on(const Report& m, Out& out);
  void on(const Todo& m, Out& out);
  void on(const Transmit& m, Out& out);
  void on(const Committed& m, Out& out);
  void on(const LinkChanged& event, Out& out);
  void on(const ChunkEnded& event, Out& out);
  void on(const ChunkFraction& event, Out& out);
  void on(const Fraction& event, Out& out);
  void on(const VectorSent& event, Out& out);

  void drop_in_hand(const char* why, Out& out);
  void withdraw(Out& out);
  /// What it would do next; nothing if there is nothing to do.
  [[nodiscard]] std::optional<Slot> next_slot() const;
  void compute_next(Out& out);
  /// The chunk in hand has got so far by now.
  void note_fraction(double fraction);
  void report(Out& out) const;
  void say(Note&& n, Out& out) const;
  [[nodiscard]] Note note(NoteKind kind) const;
  [[nodiscard]] Note note(NoteKind kind, Slot slot) const;

  Time now_{};  // of the event in hand
  Peer peer_;
  std::shared_ptr<const Plan> plan_;
  Fingerprint fingerprint_;
  bool trace_ = true;
  Stamp stamp_;
  SlotSet done_;
  SlotSet wanted_;
  SlotSet rejected_;  // slots that gave NaN: not tried again in this round, the result would be the same
  std::vector<ChunkRejected>
      rejections_;  // the same, told again after a reconnect: the link may have lost it
  std::vector<Slot> order_;
  std::uint32_t revision_ = 0;
  std::optional<Todo> early_;  // the latest that has overtaken its StartRound
  Epoch last_epoch_;
  std::optional<InHand> in_hand_;
  bool listens_ = false;  // the server, in this round
  Pace pace_;             // of the attempts before it in this round
  std::optional<Ticket> sending_;
};

}  // namespace gleaner
