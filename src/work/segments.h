// How a coded vector is cut for the way to the server.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "base/range.h"
#include "coding/kernels.h"

namespace gleaner {

/// 64 KiB: large enough to hide the cost of a message, small enough to overlap encoding with sending.
inline constexpr std::size_t kSegmentFloats = 16384;
/// How many segments a worker may run ahead of the first one that is not combined yet.
inline constexpr std::size_t kCredits = 4;

/// Segments 0 .. count()-1 of a coded vector of `vector_floats` floats: equal lengths but for the last.
struct SegmentLayout {
  std::size_t vector_floats = 0;
  std::size_t segment_floats = kSegmentFloats;

  static SegmentLayout of(std::size_t dimension, std::size_t blocks, std::size_t segment_floats) {
    return {block_length(dimension, blocks), segment_floats};
  }
  [[nodiscard]] std::uint32_t count() const {
    return static_cast<std::uint32_t>((vector_floats + segment_floats - 1) / segment_floats);
  }
  /// Coordinates of segment `index`. Empty for index >= count().
  [[nodiscard]] IndexRange range(std::uint32_t index) const {
    return {std::min(vector_floats, index * segment_floats),
            std::min(vector_floats, (index + 1) * segment_floats)};
  }
};

}  // namespace gleaner
