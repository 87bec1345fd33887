// The innermost loops of encoding and decoding, for several widths of vector registers. Internal to coding.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <vector>

namespace gleaner {

/// How many streams one pass over the accumulators adds.
constexpr std::size_t kStreamsAtOnce = 4;

/// Up to kStreamsAtOnce streams of floats and their factors.
struct Bundle {
  std::array<const float*, kStreamsAtOnce> stream{};
  std::array<double, kStreamsAtOnce> factor{};
  std::size_t count = 0;
};

/// Every coordinate is summed by itself in the order of the bundle, in double, without fused multiply-add:
/// all widths give the same bits.
struct KernelLoops {
  std::string_view name;
  /// sum[t] += factor[s] * stream[s][t] for s = 0, 1, ..; t = 0..length-1.
  void (*add)(const Bundle& bundle, std::size_t length, double* sum);
  /// out[t] = sum[t] as float.
  void (*round)(const double* sum, std::size_t length, float* out);
};

/// Those that this machine can run, the widest last. Never empty.
[[nodiscard]] const std::vector<KernelLoops>& kernel_loops();

}  // namespace gleaner
