// SHA-256, for files that must not be read back wrongly.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace gleaner {

/// Bytes of a digest.
inline constexpr std::size_t kDigestBytes = 32;

/// The SHA-256 of the pieces, one after the other, as 32 bytes.
[[nodiscard]] std::string sha256(std::span<const std::string_view> pieces);
[[nodiscard]] std::string sha256(std::string_view bytes);
/// Bytes as lower case hexadecimal digits.
[[nodiscard]] std::string hex(std::string_view bytes);

/// The bytes of numbers as they lie in memory.
template <class T>
[[nodiscard]] std::string_view bytes_of_numbers(std::span<const T> numbers) {
  return {reinterpret_cast<const char*>(numbers.data()), numbers.size_bytes()};
}

}  // namespace gleaner
