// Values as bytes, little-endian, and back without believing anything.
#pragma once

#include <bit>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace gleaner {

static_assert(std::endian::native == std::endian::little, "numbers are written as they lie in memory");

/// Numbers, as they lie in memory; enumerations as bytes.
template <class T>
concept PlainNumber = std::is_arithmetic_v<T> && !std::same_as<T, bool>;

/// Appends to a string.
class ByteWriter {
 public:
  template <PlainNumber T>
  void number(T value) {
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof(T));
  }
  void flag(bool value) { number<std::uint8_t>(value ? 1 : 0); }
  void text(std::string_view value) {
    number<std::uint64_t>(value.size());
    bytes_ += value;
  }
  /// The length, then `write(item)` for each.
  template <class T, class Write>
  void list(const std::vector<T>& items, Write write) {
    number<std::uint64_t>(items.size());
    for (const T& item : items) write(item);
  }
  [[nodiscard]] std::string& bytes() { return bytes_; }

 private:
  std::string bytes_;
};

/// Reads what a ByteWriter wrote. After the first thing that does not fit, ok() is false and everything reads
/// as zero; nothing is allocated for a length that the bytes cannot hold.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : rest_(bytes) {}

  template <PlainNumber T>
  [[nodiscard]] T number() {
    T value{};
    if (const std::string_view part = take(sizeof(T)); part.size() == sizeof(T))
      std::memcpy(&value, part.data(), sizeof(T));
    return value;
  }
  [[nodiscard]] bool flag() {
    const auto value = number<std::uint8_t>();
    ok_ = ok_ && value <= 1;
    return value == 1;
  }
  /// An enumerator up to `last`.
  template <class E>
  [[nodiscard]] E choice(E last) {
    const auto value = number<std::uint8_t>();
    ok_ = ok_ && value <= static_cast<std::uint8_t>(last);
    return ok_ ? static_cast<E>(value) : E{};
  }
  [[nodiscard]] std::string text() { return std::string(take(number<std::uint64_t>())); }
  /// REQUIRES of `read`: takes at least one byte.
  template <class T, class Read>
  [[nodiscard]] std::vector<T> list(Read read) {
    std::vector<T> items;
    for (auto count = number<std::uint64_t>(); ok_ && count > 0; --count) items.push_back(read());
    return items;
  }
  /// Numbers that were written as one piece after their count.
  template <PlainNumber T>
  [[nodiscard]] std::vector<T> numbers() {
    const auto count = number<std::uint64_t>();
    ok_ = ok_ && count <= rest_.size() / sizeof(T);
    if (!ok_) return {};
    std::vector<T> items(count);
    const std::string_view part = take(count * sizeof(T));
    if (!part.empty()) std::memcpy(items.data(), part.data(), part.size());
    return items;
  }
  /// Something was read that cannot be.
  void refuse() { ok_ = false; }
  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] bool at_end() const { return rest_.empty(); }

 private:
  std::string_view take(std::uint64_t size) {
    ok_ = ok_ && size <= rest_.size();
    if (!ok_) return {};
    const std::string_view part = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return part;
  }

  std::string_view rest_;
  bool ok_ = true;
};

}  // namespace gleaner
