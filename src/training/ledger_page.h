// What became of the work of a round or a run: per worker and per chunk.
#pragma once

#include <cstdint>
#include <vector>

#include "base/time.h"

namespace gleaner {

/// Chunk gradients of one worker, or of one chunk at all its holders. What the words mean stands in
/// work/ledger.h. Whole numbers throughout, so that sums do not depend on their order.
struct LedgerRow {
  std::uint64_t computed = 0;
  std::uint64_t used = 0;
  std::uint64_t skipped = 0;
  std::uint64_t aborted = 0;
  Duration busy{};          ///< spent on all that was begun
  Duration used_time{};     ///< of it on what was used
  Duration aborted_time{};  ///< of it on what was aborted

  [[nodiscard]] std::uint64_t wasted() const { return computed - used; }
  [[nodiscard]] Duration wasted_time() const { return busy - used_time - aborted_time; }

  LedgerRow& operator+=(const LedgerRow& other);
  LedgerRow& operator-=(const LedgerRow& other);
  bool operator==(const LedgerRow&) const = default;
};

/// What one worker's slowness cost (work/slowness.h).
struct SlownessCost {
  Duration cost{};           ///< negative: its speed saved so much
  std::uint64_t rounds = 0;  ///< in which it is known; 0: it is not
  bool operator==(const SlownessCost&) const = default;
};

/// All rows. Empty where nothing was collected.
struct LedgerPage {
  std::vector<LedgerRow> workers;
  std::vector<LedgerRow> chunks;
  std::vector<SlownessCost> slowness;  ///< by worker

  LedgerPage() = default;
  LedgerPage(std::size_t worker_count, std::size_t chunk_count)
      : workers(worker_count), chunks(chunk_count), slowness(worker_count) {}

  [[nodiscard]] bool empty() const { return workers.empty(); }
  [[nodiscard]] LedgerRow total() const;
  /// REQUIRES: of the same cluster, or one of them is empty.
  LedgerPage& operator+=(const LedgerPage& other);
  bool operator==(const LedgerPage&) const = default;
};

}  // namespace gleaner
