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

// Clinger's fast path: a whole number below 2^53, times or over a power of ten up to 10^22, is rounded only
// once, to the nearest double. Rounding that to a float is rounding the number itself, unless the double lies
// exactly between two floats, where the side that the number came from is lost. That, long numbers, exponents
// and the ends of the range are left to from_chars.
const char* scan_float(const char* first, const char* last, float& value) {
  constexpr std::uint64_t kMantissaMax = std::uint64_t{1} << 53;
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
  if (count == 0 || count > 19 || exponent || mantissa >= kMantissaMax)
    return scan_slowly(first, last, value);
  const double wide = static_cast<double>(mantissa) / kPowers[static_cast<std::size_t>(decimals)];
  constexpr std::uint64_t kDropped = (std::uint64_t{1} << 29) - 1;  // bits that a float has no place for
  const bool between = (std::bit_cast<std::uint64_t>(wide) & kDropped) == (std::uint64_t{1} << 28);
  if (between || (mantissa != 0 && wide < static_cast<double>(std::numeric_limits<float>::min())))
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
