// Text as numbers, the same in every locale.
#pragma once

#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <string_view>

namespace gleaner {

/// The whole of `text` as a number; nothing if it is not one or does not fit. A leading '+' is allowed, which
/// from_chars alone would refuse. For a floating type "nan" and "inf" are numbers.
template <class T>
[[nodiscard]] std::optional<T> parse_whole(std::string_view text) {
  if (text.size() > 1 && text[0] == '+' && text[1] != '-') text.remove_prefix(1);
  T value{};
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (code != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// The whole of `text` as a finite float, rounded once; what is too small for a float becomes 0.
[[nodiscard]] inline std::optional<float> parse_float(std::string_view text) {
  if (const std::optional<float> value = parse_whole<float>(text))
    return std::isfinite(*value) ? value : std::nullopt;
  const std::optional<double> wide = parse_whole<double>(text);  // out of the range of a float, or no number
  if (!wide || !(std::abs(*wide) < 1)) return std::nullopt;
  return static_cast<float>(*wide);
}

}  // namespace gleaner
