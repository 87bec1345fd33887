#include "coding/hex_float.h"

#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <system_error>

#include <fmt/format.h>

namespace gleaner {

std::string hex_text(double x) {
  const auto bits = std::bit_cast<std::uint64_t>(x);
  const std::uint64_t fraction = bits & 0xfffffffffffffULL;
  const int biased = static_cast<int>((bits >> 52U) & 0x7ffU);
  const bool is_zero = biased == 0 && fraction == 0;
  const int exponent = is_zero ? 0 : (biased == 0 ? -1022 : biased - 1023);
  std::string digits = fmt::format("{:013x}", fraction);
  digits.erase(digits.find_last_not_of('0') + 1);
  return fmt::format("{}0x{}{}{}p{:+d}", (bits >> 63U) != 0 ? "-" : "", biased == 0 ? 0 : 1,
                     digits.empty() ? "" : ".", digits, exponent);
}

std::optional<double> parse_hex(std::string_view text) {
  const bool negative = !text.empty() && text.front() == '-';
  if (negative) text.remove_prefix(1);
  if (!text.starts_with("0x") && !text.starts_with("0X")) return std::nullopt;
  text.remove_prefix(2);
  if (text.empty() || text.front() == '-') return std::nullopt;
  double value = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::hex);
  if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return negative ? -value : value;
}

}  // namespace gleaner
