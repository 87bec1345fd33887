// How many copies of each chunk are there, and is it enough? O(1) per event (protocol.md sections 2 and 4).
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/ids.h"
#include "base/slot_set.h"
#include "coding/assignment.h"

namespace gleaner {

/// Counts |S_i| for every chunk and keeps sum_i max(l - |S_i|, 0), the squared residual of a generic frame,
/// and the number of short chunks up to date under single insertions and removals. It does not know which
/// worker a copy is from: the caller adds each (worker, slot) once. Value type, not thread safe.
class Coverage {
 public:
  Coverage(std::size_t chunks, std::size_t blocks);

  /// One more copy of `chunk`. O(1).
  void add(ChunkId chunk);
  /// One copy fewer. O(1). REQUIRES: copies(chunk) > 0.
  void remove(ChunkId chunk);
  /// add / remove for every member of `slots` of `worker`.
  void add(const Assignment& assignment, WorkerId worker, const SlotSet& slots);
  void remove(const Assignment& assignment, WorkerId worker, const SlotSet& slots);
  void clear();

  /// |S_i|.
  [[nodiscard]] std::size_t copies(ChunkId chunk) const { return copies_[chunk.index()]; }
  [[nodiscard]] bool is_short(ChunkId chunk) const { return copies_[chunk.index()] < blocks_; }
  [[nodiscard]] std::size_t short_chunks() const { return short_chunks_; }
  /// Every chunk has at least l copies: recovery is exact.
  [[nodiscard]] bool complete() const { return short_chunks_ == 0; }
  /// sum_i max(l - |S_i|, 0).
  [[nodiscard]] std::size_t residual_squared() const { return missing_; }
  /// sqrt(residual^2 / (N l)), the measure that users set.
  [[nodiscard]] double relative_residual() const;
  [[nodiscard]] std::size_t blocks() const { return blocks_; }

 private:
  std::size_t blocks_;
  std::vector<std::uint32_t> copies_;
  std::size_t short_chunks_;
  std::size_t missing_;
};

}  // namespace gleaner
