// Who is struck down, and at which step of the protocol: asked by the cluster at every step.
#pragma once

#include <cstdint>
#include <optional>

#include "base/ids.h"
#include "base/time.h"
#include "protocol/server.h"
#include "work/faults.h"

namespace gleaner {

/// The steps of a worker's round, each a moment at which it can be struck.
enum class WorkerStep : std::uint8_t {
  joining,    ///< its link is up, before it says Hello
  starting,   ///< the round has reached it, before its first chunk
  computing,  ///< in the middle of a chunk
  reporting,  ///< a chunk is finished, before that is reported
  signalled,  ///< the signal has come, before anything is encoded
  sending,    ///< between two segments of its vector (before the only one, if there is one)
  sent,       ///< the whole vector is on the way
  released,   ///< the commit has reached it
};
inline constexpr std::size_t kWorkerSteps = 8;

/// The steps of the server's round.
enum class ServerStep : std::uint8_t {
  began,      ///< StartRound is on the way
  heard,      ///< a worker's progress has come in
  signalled,  ///< the signal is on the way
  collected,  ///< a vector has come in
  committed,  ///< the round is committed, nothing durable yet
  durable,    ///< the checkpoint is written, before the next round begins
};
inline constexpr std::size_t kServerSteps = 6;

enum class BlowKind : std::uint8_t {
  crash,  ///< the process is gone: its link breaks, what it sent before may still arrive
  hang,   ///< silent, the link stays up: given up after ClusterSpec::silence
  cut,    ///< the link breaks, what is in flight is lost; the process lives on and keeps its gradients
};

/// A loss. `back_after`: when the worker returns (crash, hang: as a new incarnation; cut: the same one).
struct Blow {
  BlowKind kind = BlowKind::crash;
  std::optional<Duration> back_after;    ///< empty: never, unless back_in_round
  std::optional<RoundId> back_in_round;  ///< returns at the start of this round
};

/// A loss of --faults as it strikes; when the worker is back is for FaultDesk to know.
[[nodiscard]] inline Blow blow_of(const Fault& fault) {
  return {fault.kind == FaultKind::crash ? BlowKind::crash : BlowKind::hang, {}, {}};
}

/// Decides on losses. Belongs to one thread; must be a pure function of its seed and the sequence of
/// questions, which is the same for the same cluster.
class FaultSource {
 public:
  virtual ~FaultSource() = default;
  virtual std::optional<Blow> strike(WorkerId worker, RoundId round, WorkerStep step,
                                     Server::Phase phase) = 0;
  /// False only where strike() would surely say no: then nobody need ask.
  [[nodiscard]] virtual bool may_strike(WorkerId /*worker*/, RoundId /*round*/, WorkerStep /*step*/) const {
    return true;
  }
  /// The server's process is gone: it restarts after the returned time, in a new term, from what is durable.
  virtual std::optional<Duration> strike_server(RoundId /*round*/, ServerStep /*step*/) {
    return std::nullopt;
  }
  /// The signal of a round, with what was selected: for sources that only hit workers with something to send.
  virtual void on_signal(RoundId /*round*/, const Selection& /*selection*/) {}
};

}  // namespace gleaner
