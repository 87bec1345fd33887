// How often each disaster met each phase.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "sim/fault_source.h"

namespace gleaner {

/// Sums over runs. Value type.
struct DisasterCounts {
  static constexpr std::size_t kKinds = 3;   ///< BlowKind
  static constexpr std::size_t kPhases = 5;  ///< Server::Phase

  std::uint64_t clusters = 0;
  std::uint64_t rounds = 0;             ///< that ended: committed, or failed for a good reason
  std::uint64_t failed = 0;             ///< of them
  std::uint64_t inexact = 0;            ///< committed with an announced residual
  std::uint64_t selected_again = 0;     ///< selections after the first of a round
  std::uint64_t events = 0;             ///< taken from the queue of the cluster
  std::uint64_t lost_after_signal = 0;  ///< losses of a selected worker before its vector was whole
  std::uint64_t uncovering = 0;         ///< losses after the signal that leave a chunk short of copies
  std::uint64_t restarts = 0;           ///< of the server
  std::uint64_t restarts_in_round = 0;  ///< with an uncommitted round
  std::uint64_t recommitted = 0;        ///< rounds committed again, since they were not durable
  std::uint64_t stale_vectors = 0;      ///< that came in under a ticket that was not current
  std::uint64_t dead_vectors = 0;       ///< of them: of an incarnation known to be lost
  std::uint64_t rejected_chunks = 0;
  std::uint64_t rejected_vectors = 0;
  std::uint64_t reconnects = 0;  ///< the same incarnation came back
  std::uint64_t returns = 0;     ///< a new one came
  /// Blows by kind, step of the worker, phase of the server.
  std::array<std::array<std::array<std::uint64_t, kPhases>, kWorkerSteps>, kKinds> blows{};
  std::array<std::uint64_t, kServerSteps> server_blows{};

  DisasterCounts& operator+=(const DisasterCounts& other);
  bool operator==(const DisasterCounts&) const = default;
};

}  // namespace gleaner
