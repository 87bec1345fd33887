// Mini-batches: which samples of a chunk count in a round.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/ids.h"
#include "base/range.h"

namespace gleaner {

/// How many samples of a chunk a round looks at. The default looks at all of them.
struct MiniBatch {
  std::size_t rows = 0;    ///< samples per chunk and round; 0, or more than the chunk has: the whole chunk
  std::uint64_t seed = 1;  ///< names the draws
};

/// The samples of chunk i that count in round t: a pure function of (seed, t, i), so that every holder of the
/// chunk draws the same ones, whenever it computes it and whatever it computed before. Drawn without
/// replacement, every subset equally likely (Floyd's algorithm); ascending, so that memory is passed over in
/// one direction. Value type. Cost: one draw per row of the batch and one bit per row of the chunk.
class BatchRows {
 public:
  BatchRows(const MiniBatch& mini, IndexRange chunk_rows, ChunkId chunk, RoundId round);

  [[nodiscard]] std::size_t size() const { return whole_ ? range_.size() : drawn_.size(); }
  /// Writes the numbers of the samples at the places first..last-1 of the batch. REQUIRES: last <= size().
  void read(std::size_t first, std::size_t last, std::vector<std::size_t>& rows) const;

 private:
  IndexRange range_;
  bool whole_;
  std::vector<std::size_t> drawn_;
};

}  // namespace gleaner
