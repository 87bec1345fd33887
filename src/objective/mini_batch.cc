#include "objective/mini_batch.h"

#include <algorithm>
#include <bit>
#include <numeric>

#include "base/check.h"
#include "base/random.h"

namespace gleaner {

BatchRows::BatchRows(const MiniBatch& mini, IndexRange chunk_rows, ChunkId chunk, RoundId round)
    : range_(chunk_rows), whole_(mini.rows == 0 || mini.rows >= chunk_rows.size()) {
  if (whole_) return;
  const std::size_t n = range_.size();
  Random random(
      {.seed = mini.seed, .purpose = Purpose::batch, .round = round.value, .position = chunk.value});
  // R. W. Floyd: for j = n - b .. n - 1 take a number of 0..j, or j itself if that is in already.
  std::vector<std::uint64_t> taken((n + 63) / 64, 0);
  for (std::size_t j = n - mini.rows; j < n; ++j) {
    std::size_t row = random.below(j + 1);
    if (((taken[row / 64] >> (row % 64)) & 1U) != 0) row = j;
    taken[row / 64] |= std::uint64_t{1} << (row % 64);
  }
  drawn_.reserve(mini.rows);
  for (std::size_t w = 0; w < taken.size(); ++w) {
    for (std::uint64_t bits = taken[w]; bits != 0; bits &= bits - 1)
      drawn_.push_back(range_.first + w * 64 + static_cast<std::size_t>(std::countr_zero(bits)));
  }
}

void BatchRows::read(std::size_t first, std::size_t last, std::vector<std::size_t>& rows) const {
  GLEANER_CHECK(first <= last && last <= size(), "places of another batch");
  rows.resize(last - first);
  if (whole_) {
    std::iota(rows.begin(), rows.end(), range_.first + first);
  } else {
    std::copy(drawn_.begin() + static_cast<std::ptrdiff_t>(first),
              drawn_.begin() + static_cast<std::ptrdiff_t>(last), rows.begin());
  }
}

}  // namespace gleaner
