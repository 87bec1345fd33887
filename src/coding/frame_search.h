// Well-spread vectors for the colours of a frame. Internal to coding.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "coding/holder_subsets.h"

namespace gleaner {

/// `colours` unit vectors in R^blocks (row-major) whose smallest singular value over `subsets`, which hold
/// `blocks` colours each, is large: the identity for colours <= blocks, angles spread evenly over half
/// a circle for blocks = 2 (optimal if all pairs meet), else the best of a few gradient ascents from random
/// starts, of bounded work. Deterministic, scalar IEEE arithmetic only. REQUIRES: blocks >= 2.
[[nodiscard]] std::vector<double> spread_vectors(std::size_t colours, std::size_t blocks,
                                                 const Subsets& subsets, std::uint64_t seed);

}  // namespace gleaner
