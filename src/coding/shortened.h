// How many bits a number of a frame has. Internal to coding.
#pragma once

#include <bit>
#include <cstdint>

namespace gleaner {

/// x to 29 significant bits, half up: products with floats are exact in double (kernel_loops.h). Coefficients
/// follow from the shortened R, so decoding stays exact.
[[nodiscard]] inline double shortened(double x) {
  constexpr std::uint64_t kDropped = std::uint64_t{1} << 24U;
  return std::bit_cast<double>((std::bit_cast<std::uint64_t>(x) + kDropped / 2) & ~(kDropped - 1));
}

}  // namespace gleaner
