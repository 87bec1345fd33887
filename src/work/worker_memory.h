// What a worker will need of memory at its peak.
#pragma once

#include <cstdint>
#include <optional>

#include "work/run_spec.h"

namespace gleaner {

/// In bytes. The sum is within a tenth of the measured peak where vectors are most of it (tests/cluster,
/// gradients.py).
struct WorkerMemory {
  std::uint64_t process = 0;  ///< the program and its threads; 0 where workers share one
  std::uint64_t data = 0;     ///< the rows of its chunks; 0 where workers share them
  std::uint64_t parameters =
      0;  ///< of the round, and of the next one on their way; 0 where workers share them
  std::uint64_t gradients = 0;  ///< all of a round, as they are kept
  std::uint64_t computing = 0;  ///< for one chunk
  std::uint64_t sending = 0;    ///< segments that are made and on their way

  [[nodiscard]] std::uint64_t total() const {
    return process + data + parameters + gradients + computing + sending;
  }
};

/// A worker that is a process of its own, measured when it had its place and nothing else.
inline constexpr std::uint64_t kWorkerProcessBytes = std::uint64_t{21} << 20U;

/// Of a worker of this run with so many slots, its gradients kept as `how`. `data`: bytes of its rows, where
/// it is a process of its own; nothing: a thread beside others.
[[nodiscard]] WorkerMemory worker_memory(const RunSpec& spec, std::size_t slots, Keeping how,
                                         std::optional<std::uint64_t> data);

}  // namespace gleaner
