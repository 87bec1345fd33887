// SHA-256, for files that must not be read back wrongly.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace gleaner {

/// Bytes of a digest.
inline constexpr std::size_t kDigestBytes = 32;

/// The SHA-256 of bytes that are there piece by piece.
class Digest {
 public:
  Digest();
  void add(std::string_view piece);
  /// 32 bytes. REQUIRES: called once, at the end.
  [[nodiscard]] std::string finish();

 private:
  struct Free {
    void operator()(void* context) const;
  };
  std::unique_ptr<void, Free> context_;
};

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
