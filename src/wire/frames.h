// Everything that travels on the control connection, besides the messages of the protocol: how a link is
// made, kept and ended.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/ids.h"
#include "protocol/messages.h"
#include "protocol/work_note.h"

namespace gleaner {

/// Versions of the format that this build speaks: from first to last.
inline constexpr std::uint16_t kWireVersionFirst = 1;
inline constexpr std::uint16_t kWireVersionLast = 1;

// ---- worker -> server

/// A life that had a link before and wants it back, with the gradients that it keeps.
struct EarlierLife {
  Peer peer;
  Term term;                ///< of the server that gave it its place
  std::uint64_t token = 0;  ///< proves that it is the same process: told in Placed
  bool operator==(const EarlierLife&) const = default;
};
/// The first frame of a link. Its layout up to `release` is the same in every version.
struct Knock {
  std::uint16_t first_version = kWireVersionFirst;
  std::uint16_t last_version = kWireVersionLast;
  std::string release;           ///< of Gleaner, for people
  std::optional<WorkerId> slot;  ///< that it wants; none: any that its certificate allows
  std::optional<EarlierLife> earlier;
  std::string host;  ///< where it runs, for people
  bool operator==(const Knock&) const = default;
};
/// It goes after the round in hand and wants no further ones.
struct Leaving {
  bool operator==(const Leaving&) const = default;
};
/// Sign of life, either way.
struct Heartbeat {
  bool operator==(const Heartbeat&) const = default;
};
using WorkerFrame = std::variant<Knock, Leaving, Heartbeat, WorkNote, WorkerMessage>;

// ---- server -> worker

/// The worker has this place.
struct Placed {
  std::uint16_t version = kWireVersionLast;  ///< that both speak from now on
  Peer peer;
  Term term;
  std::uint64_t token = 0;  ///< to be shown when it wants the same life again
  Duration heartbeat{};     ///< between two signs of life; > 0
  bool operator==(const Placed&) const = default;
};
/// It is not let in.
struct TurnedAway {
  std::uint16_t first_version = kWireVersionFirst;  ///< that the server speaks
  std::uint16_t last_version = kWireVersionLast;
  std::string why;
  bool operator==(const TurnedAway&) const = default;
};
/// No place is free: the link stays open, and Placed follows when one is.
struct Waiting {
  std::string why;
  bool operator==(const Waiting&) const = default;
};
/// The run is over; nothing follows.
struct Goodbye {
  std::string status;  ///< completed | failed | interrupted
  std::string reason;
  bool operator==(const Goodbye&) const = default;
};
using ServerFrame = std::variant<Placed, TurnedAway, Waiting, Heartbeat, Goodbye, ServerMessage>;

}  // namespace gleaner
