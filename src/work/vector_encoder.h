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
/// outlive a Release. Immutable after construction: segments may be made in any order, from any thread.
class VectorEncoder {
 public:
  /// `gradients` are those of used[worker], ascending by slot. Computes the coefficients: O(load gamma l^2).
  VectorEncoder(const Plan& plan, const Code& code, WorkerId worker, std::span<const SlotSet> used,
                std::vector<GradientBuffer> gradients, SegmentLayout layout);

  /// Writes segment `index` to `out` (layout.range(index).size() floats).
  void encode(std::uint32_t index, std::span<float> out) const;
  [[nodiscard]] const SegmentLayout& layout() const { return layout_; }

 private:
  std::vector<GradientBuffer> gradients_;
  std::vector<std::span<const float>> views_;
  std::vector<double> rows_;
  std::size_t blocks_;
  SegmentLayout layout_;
};

}  // namespace gleaner
