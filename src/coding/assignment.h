// Which worker holds which chunk: the matrix A of protocol.md section 1.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "base/result.h"

namespace gleaner {

/// A(i,j) = 1: worker j holds chunk i. Immutable; chunks 0..N-1, workers 0..m-1; both views are sorted.
///
/// Every chunk has at least one holder; a worker may hold none. A Slot s of worker j is the s-th chunk of
/// chunks_of(j). Value type, safe to read from any thread.
class Assignment {
 public:
  struct Holder {
    WorkerId worker;
    Slot slot;  ///< the chunk's slot AT that worker
    bool operator==(const Holder&) const = default;
  };

  /// Chunk i on workers floor(i m / N) + k mod m, k = 0..gamma-1. For N = m: the cyclic placement of the
  /// paper. Errors: N, m or gamma = 0; gamma > m.
  static Result<Assignment> cyclic(std::size_t chunks, std::size_t workers, std::size_t replication);

  /// Fractional repetition: the workers stand in m / gamma groups of gamma neighbours (worker j in group
  /// floor(j / gamma)), the chunks are dealt to the groups in runs of equal length up to one (chunk i to
  /// group floor(i (m / gamma) / N)), and all of a group hold the same chunks. Groups are left empty where N
  /// < m / gamma. Errors: as cyclic; m not a multiple of gamma.
  static Result<Assignment> fractional_repetition(std::size_t chunks, std::size_t workers,
                                                  std::size_t replication);

  /// A random graph in which every chunk has gamma different holders and loads are equal up to one
  /// (N gamma / m each when it divides). A pure function of its arguments. Simple: no holder twice.
  /// Errors: as cyclic.
  static Result<Assignment> regular_graph(std::size_t chunks, std::size_t workers, std::size_t replication,
                                          std::uint64_t seed);

  /// CSV text with the header "chunk,worker" and one row per (chunk, worker), both 0-based, any order. N and
  /// m are one more than the largest ids, m at least `workers` if given. Errors name `name` and the line: bad
  /// header, not a number, a pair twice, a chunk without a holder.
  static Result<Assignment> from_csv(std::string_view text, std::string_view name,
                                     std::optional<std::size_t> workers = std::nullopt);

  /// From (chunk, worker) pairs in any order. Errors: an id out of range, a pair twice, a chunk without
  /// holder.
  static Result<Assignment> from_pairs(std::size_t chunks, std::size_t workers,
                                       std::span<const std::pair<ChunkId, WorkerId>> pairs);

  [[nodiscard]] std::size_t chunks() const { return holder_begin_.size() - 1; }
  [[nodiscard]] std::size_t workers() const { return chunk_begin_.size() - 1; }
  /// Chunks of worker j, ascending; position s is slot s.
  [[nodiscard]] std::span<const ChunkId> chunks_of(WorkerId worker) const;
  /// delta_j.
  [[nodiscard]] std::size_t load(WorkerId worker) const { return chunks_of(worker).size(); }
  [[nodiscard]] ChunkId chunk_at(WorkerId worker, Slot slot) const { return chunks_of(worker)[slot.index()]; }
  /// The slot of a chunk at a worker, if it holds it. O(log delta).
  [[nodiscard]] std::optional<Slot> slot_of(WorkerId worker, ChunkId chunk) const;
  /// Holders of chunk i, ascending by worker.
  [[nodiscard]] std::span<const Holder> holders_of(ChunkId chunk) const;
  /// gamma_i.
  [[nodiscard]] std::size_t replication(ChunkId chunk) const { return holders_of(chunk).size(); }
  [[nodiscard]] std::size_t load_max() const;
  [[nodiscard]] std::size_t replication_min() const;
  [[nodiscard]] std::size_t replication_max() const;
  /// Sum of all loads = sum of all replications.
  [[nodiscard]] std::size_t copies() const { return chunk_ids_.size(); }

  bool operator==(const Assignment&) const = default;

 private:
  Assignment() = default;

  std::vector<std::size_t> chunk_begin_;  // m + 1 offsets into chunk_ids_
  std::vector<ChunkId> chunk_ids_;
  std::vector<std::size_t> holder_begin_;  // N + 1 offsets into holders_
  std::vector<Holder> holders_;
};

}  // namespace gleaner
