// Which workers, or colours, meet among the holders of one chunk. Internal to coding.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "coding/assignment.h"

namespace gleaner {

/// A list of subsets of equal size, one after another in one array.
struct Subsets {
  std::size_t size = 0;  ///< members per subset
  std::vector<std::uint32_t> members;
  bool complete = true;  ///< none is left out

  [[nodiscard]] std::size_t count() const { return size == 0 ? 0 : members.size() / size; }
  [[nodiscard]] std::span<const std::uint32_t> operator[](std::size_t k) const {
    return std::span(members).subspan(k * size, size);
  }
};

/// The different l-multisets {label[j] : j in S} over the l-subsets S of the holders of one chunk, each
/// ascending, in lexicographic order. `label` gives every worker a number, its colour for example. Chunks
/// whose holders have the same labels are looked at once. Where more than `all_max` subsets S remain, about
/// `sample_size` of them (never more) are drawn from a fixed seed, evenly over the chunks: not complete.
[[nodiscard]] Subsets holder_subsets(const Assignment& assignment, std::span<const std::uint32_t> label,
                                     std::size_t blocks, std::size_t all_max, std::size_t sample_size);

/// At most `limit` of them, evenly taken.
[[nodiscard]] Subsets thinned(Subsets subsets, std::size_t limit);

}  // namespace gleaner
