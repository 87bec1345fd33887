// Names out of certificates, as they may be shown: whoever made a certificate chose them, and lines that hold
// them go to terminals and logs.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

namespace gleaner {

/// A common name has at most so many characters (X.520), a DNS name so many.
inline constexpr std::size_t kCommonNameMax = 64;
inline constexpr std::size_t kHostNameMax = 253;

/// Without control characters and escape sequences: bytes that are not printable ASCII become '?', and what
/// is beyond `most` is left out.
[[nodiscard]] inline std::string shown_name(std::string_view name, std::size_t most = kCommonNameMax) {
  std::string shown(name.substr(0, most));
  std::ranges::replace_if(
      shown, [](char c) { return c < ' ' || c > '~'; }, '?');
  return shown;
}

}  // namespace gleaner
