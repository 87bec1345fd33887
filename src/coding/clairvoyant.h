// How soon a round could end if somebody knew all speeds beforehand: the bounds B1 and B2 of beyond.md
// section 1. No order, no policy and no message delay can beat them, whatever the method.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "coding/assignment.h"
#include "coding/growing_cover.h"

namespace gleaner {

/// Both in the unit of the chunk times; +inf where no time is enough: too few live workers for l copies.
struct ClairvoyantBounds {
  double free = 0;    ///< B1: whoever is quick may take any chunk
  double placed = 0;  ///< B2 >= B1: with the placement as it is
};

/// Computes bounds for many draws of chunk times on one placement, reusing its memory. Worker j takes
/// s_j > 0 for each of its chunks (so per=worker; +inf: it is lost before it has finished any), and has
/// finished c_j(T) = #{k <= delta_j : k s_j <= T} chunks at time T.
///
///   B1 = the smallest T with sum_j c_j(T) >= N l
///   B2 = the smallest T at which chunks can be dealt out so that every chunk has l different holders that
///        do it, and worker j does at most c_j(T)
///
/// B2 by augmenting paths (growing_cover.h): the moments k s_j come in ascending order, and each allows
/// worker j one chunk more. The moment of the (N l)-th success is B2. O(E log m) besides the paths, E =
/// copies. Not thread safe: one per thread.
class Clairvoyant {
 public:
  /// Keeps a reference to `assignment`. REQUIRES: blocks >= 1.
  Clairvoyant(const Assignment& assignment, std::size_t blocks);

  /// REQUIRES: one s_j per worker, none NaN, all above 0.
  [[nodiscard]] ClairvoyantBounds bounds(std::span<const double> chunk_times);

 private:
  [[nodiscard]] double placed(std::span<const double> chunk_times);

  const Assignment& assignment_;
  std::size_t blocks_;
  GrowingCover cover_;
  std::vector<std::pair<double, std::uint32_t>> moments_;  // heap: next k s_j, worker
  std::vector<std::uint32_t> done_;                        // k of a worker
  std::vector<double> all_moments_;
};

}  // namespace gleaner
