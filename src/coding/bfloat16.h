// The upper half of a float: eight bits of exponent, as the whole has, and seven of the fraction.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace gleaner {

/// Rounds to the nearest bfloat16, halves to even: relative error at most 2^-8 (of numbers from 2^-126 on).
/// Returns the first coordinate whose result is not finite (what is within half a step of the largest float
/// becomes infinite, and what was not finite remains so); from.size() if there is none. REQUIRES: equal
/// sizes. Thread safe.
std::size_t round_to_bfloat16(std::span<const float> from, std::span<std::uint16_t> to);

/// Exact. REQUIRES: equal sizes. Thread safe.
void widen_bfloat16(std::span<const std::uint16_t> from, std::span<float> to);

}  // namespace gleaner
