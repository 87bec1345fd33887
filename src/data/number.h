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

/// What std::from_chars(first, last, value) gives, for finite numbers and sooner: the end of the number at
/// `first`, rounded once to the nearest float. Null if there is none, or one that is infinite, NaN, or beyond
/// the range of a float on either side.
[[nodiscard]] const char* scan_float(const char* first, const char* last, float& value);

/// The whole of `text` as a finite float, rounded once; what is too small for a float becomes 0.
[[nodiscard]] std::optional<float> parse_float(std::string_view text);

}  // namespace gleaner
