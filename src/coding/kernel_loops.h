// The innermost loops of encoding and decoding, for every SIMD level. Internal to coding.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

namespace gleaner {

/// There are loops for 1 .. kFewSums and for kSumsAtOnce sums of the same streams at once.
constexpr std::size_t kFewSums = 4;
constexpr std::size_t kSumsAtOnce = 8;

/// Sums over the same streams, each with its own factors:
///   out[k][t] = factor[0][k] stream[0][t] + factor[1][k] stream[1][t] + ..     k = 0..outs-1
/// Every coordinate is summed by itself, from 0, in the order of the streams, in double; a product is rounded
/// and then a sum (not fused), and the result once more to float. So all levels give the same bits whatever
/// the cut, the alignment or the tile. A NaN is a NaN at every level, but which one is not said.
struct Combination {
  std::vector<const float*> streams;  ///< any number, any alignment
  std::vector<double> factors;        ///< streams x outs, row-major
  std::vector<float*> outs;           ///< 1..4 or 8 rows that overlap neither each other nor the streams
};

struct KernelLoops {
  std::string_view level;  ///< as Highway calls it: AVX3, AVX2, SSE4, ..
  /// Levels that give the same bits have the same name here. It is part of a plan's fingerprint.
  std::string_view arithmetic;
  /// Coordinates begin..end-1. `past_caches`: the results are written around the caches, which saves reading
  /// what is overwritten, and costs reading it again from memory soon after.
  void (*combine)(const Combination& c, std::size_t begin, std::size_t end, bool past_caches);
};

/// True if the product of every factor with any float is exact in double: at most 29 significant bits (29 +
/// 24 = 53), and no overflow or underflow. Then a fused multiply-add gives the bits of a product and a sum,
/// and the loops for three and more sums at once use it. Frames are made of such numbers.
[[nodiscard]] bool products_are_exact(std::span<const double> factors);

/// Those of the best level that this machine can run (or that a test allows through Highway). Thread safe.
[[nodiscard]] const KernelLoops& kernel_loops();

}  // namespace gleaner
