// What can happen in a simulated cluster. Internal to cluster.h.
#pragma once

#include <cstdint>
#include <variant>

#include "protocol/server.h"
#include "protocol/vector_segment.h"
#include "protocol/worker.h"
#include "sim/fault_source.h"

namespace gleaner::sim_event {

/// A message reaches the server. Messages know the session of the link they came by.
struct AtServer {
  FromWorker heard;
  std::uint32_t session = 0;
};
/// The server of this term hears that a link broke.
struct LossHeard {
  Peer peer;
  Term term;
};
struct SegmentAtServer {
  VectorSegment part;
  std::uint32_t session = 0;
};
/// The first byte of it leaves on the link: its turn has come.
struct Departs {
  Peer peer;
  std::size_t bytes = 0;
  std::variant<AtServer, SegmentAtServer> message;
};
/// A timer of the server in the given term.
struct TimerRings {
  TimerId timer;
};
struct AtWorker {
  Peer peer;
  ServerMessage message;
  std::uint32_t session = 0;
};
/// The process opens its link to the server.
struct Connects {
  Peer peer;
};
/// The chunk in hand is finished, or half done where a loss may strike then.
struct ChunkDue {
  Peer peer;
  std::uint64_t serial = 0;
  bool half = false;
};
/// It is asked how far the chunk in hand is.
struct FractionDue {
  Peer peer;
  Stamp stamp;
};
/// Orders that were asked for have been worked out.
struct OrdersDue {
  OrdersReady ready;
};
struct SendsNext {
  Peer peer;
  Ticket ticket;
};
/// A loss that was settled before it strikes.
struct BlowFalls {
  Peer peer;
  WorkerStep step{};
  Blow blow;
};
/// The server has heard nothing of it for too long.
struct GivenUp {
  Peer peer;
};
/// A worker that was lost for a while is back: as a new process, or with its link mended.
struct Returns {
  Peer peer;
  BlowKind kind{};
};
struct NextRound {
  Term term;
};
struct BeginNow {  // one step after NextRound: whoever returns has introduced itself
  Term term;
};
struct PatienceOver {
  Term term;
};
struct ServerStarts {
  Term term;
};
/// Partition `which` of the network model begins.
struct PartitionBegins {
  std::uint32_t which = 0;
};
/// Cut off for longer than either side waits.
struct Isolated {
  WorkerId worker;
  std::uint32_t session = 0;
};

using Any = std::variant<NextRound, BeginNow, AtServer, LossHeard, SegmentAtServer, Departs, TimerRings,
                         AtWorker, Connects, ChunkDue, FractionDue, OrdersDue, SendsNext, BlowFalls, GivenUp,
                         Returns, PatienceOver, ServerStarts, PartitionBegins, Isolated>;

}  // namespace gleaner::sim_event
