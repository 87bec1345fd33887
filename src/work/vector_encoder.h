// A worker's coded vector, made segment by segment.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "coding/code.h"
#include "work/gradient_store.h"
#include "work/segments.h"

namespace gleaner {

/// z_j = sum_s sum_k u_s[k] g_s[k] for one ticket. Holds the chunk gradients that it reads, so that they
/// outlive a Release. Immutable after construction: segments may be made in any order, from any thread. Rows
/// that are not floats in memory are read tile by tile into a scratch; how they are kept changes no bit of
/// the sum of the numbers that they are.
class VectorEncoder {
 public:
  /// `gradients` are those of used[worker], ascending by slot. Computes the coefficients: O(load gamma l^2).
  VectorEncoder(const Plan& plan, const Code& code, WorkerId worker, std::span<const SlotSet> used,
                std::vector<GradientRow> gradients, SegmentLayout layout);

  /// Memory that encode() takes for a moment at most, for so many rows.
  [[nodiscard]] static std::size_t scratch_bytes(Keeping how, std::size_t rows, std::size_t blocks);

  /// Writes segment `index` to `out` (layout.range(index).size() floats). Where a row cannot be read any
  /// more, `out` is NaN: the server does not take such a vector, and this worker is counted as lost.
  void encode(std::uint32_t index, std::span<float> out) const;
  [[nodiscard]] const SegmentLayout& layout() const { return layout_; }

 private:
  [[nodiscard]] bool encode_tile(std::size_t first, std::span<float> scratch, std::span<float> out) const;

  std::vector<GradientRow> gradients_;
  std::size_t dimension_ = 0;
  std::vector<std::span<const float>> views_;  // empty: some rows must be read
  std::vector<double> rows_;
  std::size_t blocks_;
  SegmentLayout layout_;
};

}  // namespace gleaner
