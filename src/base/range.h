// A half-open range of indices.
#pragma once

#include <cstddef>

namespace gleaner {

/// The indices first, first + 1, .., last - 1. REQUIRES: first <= last.
struct IndexRange {
  std::size_t first = 0;
  std::size_t last = 0;

  [[nodiscard]] constexpr std::size_t size() const { return last - first; }
  [[nodiscard]] constexpr bool empty() const { return first == last; }
  constexpr bool operator==(const IndexRange&) const = default;
};

/// Part `part` of `parts` nearly equal parts of the indices 0..size-1: part k is [k size / parts, (k+1) size
/// / parts). Sizes differ by at most one, nothing is left out. REQUIRES: part < parts.
[[nodiscard]] constexpr IndexRange part_of(std::size_t size, std::size_t part, std::size_t parts) {
  return {size * part / parts, size * (part + 1) / parts};
}

}  // namespace gleaner
