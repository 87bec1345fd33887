// Exact hexadecimal text of doubles. Internal to coding.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace gleaner {

/// "0x1.8p+0" for 1.5, "-0x1p-3" for -0.125, "0x0p+0" for 0, "0x0.8p-1022" for subnormals: one text per
/// number, trailing zeros removed. REQUIRES: x is finite.
[[nodiscard]] std::string hex_text(double x);

/// Reads such a text, also unnormalised and in capitals. Nothing for any other text, infinities and NaN.
[[nodiscard]] std::optional<double> parse_hex(std::string_view text);

}  // namespace gleaner
