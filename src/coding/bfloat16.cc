#include "coding/bfloat16.h"

#include <algorithm>
#include <bit>

#include "base/check.h"

namespace gleaner {
namespace {

constexpr std::uint32_t kExponent = 0x7f80U;  // of the upper half; all ones in what is not finite
constexpr std::size_t kTile = 4096;

// The carry of the rounding runs into the exponent where it must. A NaN whose upper half has no bit of the
// fraction would become infinite, or wrap around: it is made quiet first.
constexpr std::uint16_t rounded(float x) {
  const auto bits = std::bit_cast<std::uint32_t>(x);
  const bool nan = (bits & 0x7fffffffU) > 0x7f800000U;
  const std::uint32_t near = (bits + 0x7fffU + ((bits >> 16U) & 1U)) >> 16U;
  return static_cast<std::uint16_t>(nan ? (bits >> 16U) | 0x40U : near);
}

}  // namespace

// No branch within a tile, so that the compiler makes vectors of it.
std::size_t round_to_bfloat16(std::span<const float> from, std::span<std::uint16_t> to) {
  GLEANER_CHECK(from.size() == to.size(), "as many numbers afterwards");
  for (std::size_t first = 0; first < from.size(); first += kTile) {
    const std::size_t last = std::min(first + kTile, from.size());
    std::uint32_t bad = 0;
    for (std::size_t i = first; i < last; ++i) {
      to[i] = rounded(from[i]);
      bad |= static_cast<std::uint32_t>((to[i] & kExponent) == kExponent);
    }
    for (std::size_t i = first; bad != 0 && i < last; ++i) {
      if ((to[i] & kExponent) == kExponent) return i;
    }
  }
  return from.size();
}

void widen_bfloat16(std::span<const std::uint16_t> from, std::span<float> to) {
  GLEANER_CHECK(from.size() == to.size(), "as many numbers afterwards");
  for (std::size_t i = 0; i < from.size(); ++i) {
    to[i] = std::bit_cast<float>(static_cast<std::uint32_t>(from[i]) << 16U);
  }
}

}  // namespace gleaner
