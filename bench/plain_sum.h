// What the kernels are measured against: the plain sum of float streams, as fast as this machine can do it.
#pragma once

#include <cstddef>
#include <span>

namespace gleaner::bench {

/// out[t] = streams[0][t] + streams[1][t] + .. in float, t = 0..length-1, in one pass and at the best SIMD
/// level. There are two ways to walk, and which one is faster depends on the number of streams: all streams
/// side by side with the sums in registers, or stream after stream in tiles that stay in the first-level
/// cache.
void sum_side_by_side(std::span<const float* const> streams, std::size_t length, float* out);
void sum_in_tiles(std::span<const float* const> streams, std::size_t length, float* out);

}  // namespace gleaner::bench
