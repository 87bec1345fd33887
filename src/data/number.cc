#include "data/number.h"

#include <array>
#include <bit>
#include <cstdint>

namespace gleaner {
namespace {

// Powers of ten that a double holds exactly.
constexpr std::array<double, 23> kPowers{1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                         1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                         1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

const char* scan_slowly(const char* first, const char* last, float& value) {
  const auto [end, code] = std::from_chars(first, last, value);
  return code == std::errc{} && std::isfinite(value) ? end : nullptr;
}

}  // namespace

// Up to 19 digits are a whole number below 2^64. As a double it is off by at most half a unit in the last
// place, and so is its quotient with a power of ten, which is exact up to 10^22: the double is at most two
// units away from the number. Both are rounded to the same float unless the middle of two floats lies between
// them. Numbers near such a middle, longer ones, those with an exponent, and the lower end of the range are
// left to from_chars.
const char* scan_float(const char* first, const char* last, float& value) {
  const char* at = first;
  const bool negative = at != last && *at == '-';
  if (negative) ++at;
  std::uint64_t mantissa = 0;
  const char* const digits = at;
  for (; at != last && is_digit(*at); ++at) mantissa = mantissa * 10 + static_cast<std::uint64_t>(*at - '0');
  auto count = at - digits;
  std::ptrdiff_t decimals = 0;
  if (at != last && *at == '.') {
    const char* const point = at++;
    for (; at != last && is_digit(*at); ++at)
      mantissa = mantissa * 10 + static_cast<std::uint64_t>(*at - '0');
    decimals = at - point - 1;
    count += decimals;
  }
  const bool exponent = at != last && (*at == 'e' || *at == 'E');
  if (count == 0 || count > 19 || exponent) return scan_slowly(first, last, value);
  const double wide = static_cast<double>(mantissa) / kPowers[static_cast<std::size_t>(decimals)];
  constexpr std::uint64_t kDropped = (std::uint64_t{1} << 29) - 1;  // bits that a float has no place for
  constexpr std::uint64_t kMiddle = std::uint64_t{1} << 28;
  const std::uint64_t beside_middle = (std::bit_cast<std::uint64_t>(wide) & kDropped) - (kMiddle - 4);
  if (beside_middle <= 8 || (mantissa != 0 && wide < static_cast<double>(std::numeric_limits<float>::min())))
    return scan_slowly(first, last, value);
  value = static_cast<float>(negative ? -wide : wide);
  return at;
}

std::optional<float> parse_float(std::string_view text) {
  if (text.size() > 1 && text[0] == '+' && text[1] != '-') text.remove_prefix(1);
  float value = 0;
  const char* const last = text.data() + text.size();
  if (const char* end = scan_float(text.data(), last, value); end != nullptr)
    return end == last ? std::optional(value) : std::nullopt;
  const std::optional<double> wide = parse_whole<double>(text);  // out of the range of a float, or no number
  if (!wide || !(std::abs(*wide) < 1)) return std::nullopt;
  return static_cast<float>(*wide);
}

}  // namespace gleaner
