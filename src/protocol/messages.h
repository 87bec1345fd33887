// What server and workers say to each other: plain values that can be printed, replayed and put on a wire.
#pragma once

#include <compare>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/ids.h"
#include "base/slot_set.h"
#include "base/time.h"
#include "coding/code.h"
#include "coding/plan.h"

namespace gleaner {

/// Where in the life of a run a message belongs. Ordered lexicographically: workers follow the larger stamp,
/// so a server that was resumed at an earlier round, in a later term, is obeyed.
struct Stamp {
  Term term;
  RoundId round;
  auto operator<=>(const Stamp&) const = default;
};

/// Names one coded vector of a worker. The epoch is the one in which ITS coefficients last changed; a vector
/// is stale when its ticket is not its worker's current one.
struct Ticket {
  Stamp stamp;
  Epoch epoch;
  auto operator<=>(const Ticket&) const = default;
};

/// One life of a worker. Nothing of an earlier incarnation counts.
struct Peer {
  WorkerId worker;
  Incarnation life;
  bool operator==(const Peer&) const = default;
};

/// The SELECTED state: for every worker the slots that go into its vector. Broadcast with the signal.
struct Selection {
  Stamp stamp;
  Epoch epoch;
  UsedSlots used;
};
using SelectionRef = std::shared_ptr<const Selection>;
/// An order of slots; null keeps the order that the worker has.
using OrderRef = std::shared_ptr<const std::vector<Slot>>;

// ---- server -> worker

/// The Hello was accepted.
struct Welcome {
  Stamp stamp;
};
/// The Hello was not accepted, and why.
struct Refused {
  std::string why;
};
/// Compute all your chunks. Delivered after the parameters of the round.
struct StartRound {
  Stamp stamp;
  OrderRef order = nullptr;  ///< null: the plan's
  bool listens = false;      ///< reports shall say how quick the worker is
  /// Tell so long after this arrives how far you are, as for a Report; 0: you need not.
  Duration report_after{};
};
/// Tell at once how far you are.
struct Report {
  Stamp stamp;
};
/// The whole will of the server about this worker's computing: exactly these slots, finished ones aside, in
/// this order. The chunk in hand is dropped if it is not wanted any more, or if an order that differs from
/// the one before has another first. What is wanted and not in the order comes after it, in ascending order.
/// The largest revision wins.
struct Todo {
  Stamp stamp;
  std::uint32_t revision = 0;
  SlotSet wanted;
  OrderRef order;
};
/// The signal: stop computing; encode what is selected of you and send the segments from `first_segment` on.
struct Transmit {
  Ticket ticket;
  SelectionRef selection;
  std::uint32_t first_segment = 0;  ///< earlier segments are already combined and stay valid
  /// Of the last Todo before it. A later one may overtake the signal on its way, and then holds: computing
  /// goes on.
  std::uint32_t revision = 0;
};
/// The round is over: chunk gradients may be dropped.
struct Committed {
  Stamp stamp;
};
using ServerMessage = std::variant<Welcome, Refused, StartRound, Report, Todo, Transmit, Committed>;

// ---- worker -> server

/// First message of a link. `kept`: slots of round `stamp` whose gradients this incarnation still has.
struct Hello {
  Fingerprint plan;
  Stamp stamp;
  SlotSet kept;
};
/// Progress within a chunk is told in so many equal parts, rounded down: what work in micro-batches knows.
inline constexpr std::uint8_t kChunkParts = 16;

/// How quick a worker has been in this round: the attempt at a chunk that tells most about it. The one that
/// was finished last (parts = kChunkParts), else the longest one so far, also if it was dropped.
struct Pace {
  Duration elapsed{};      ///< since it was begun; 0: there was none yet
  std::uint8_t parts = 0;  ///< so many parts were done by then
  bool operator==(const Pace&) const = default;
};

/// Everything finished so far in this round; merged by OR, so repetition and reordering do no harm. The rest
/// holds at the moment at which it was sent, and is there only if the server listens.
struct Progress {
  Stamp stamp;
  SlotSet done;
  Pace pace = {};
  std::optional<Slot> in_hand = std::nullopt;
  Duration in_hand_for{};  ///< since it was begun
};
/// A chunk gradient that must not be used: NaN or infinity in it.
struct ChunkRejected {
  Stamp stamp;
  Slot slot;
  std::string why;
};
using WorkerMessage = std::variant<Hello, Progress, ChunkRejected>;

/// "round 7" or, beyond the first term, "round 7 of term 2".
[[nodiscard]] std::string text(Stamp stamp);

}  // namespace gleaner
