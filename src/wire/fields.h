// The fields that everything on the wire is made of, and their strict reader.
//
// Numbers of fixed width lie little-endian; all others are LEB128 varints in their only shortest form.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/byte_stream.h"
#include "base/ids.h"
#include "base/result.h"
#include "base/slot_set.h"
#include "base/time.h"

namespace gleaner {

/// Longest duration on the wire, about three years: sums of a few of them still fit into 64 bits.
inline constexpr Duration kLongestDuration{100'000'000'000'000'000};
/// Longest texts, in bytes. What is written for people is cut to them.
inline constexpr std::size_t kNameBytesMax = 255;
inline constexpr std::size_t kSentenceBytesMax = 4096;

/// Text on the wire is UTF-8 without control characters, save newline and tabulator: whatever a peer says can
/// be shown on a terminal and written to a log.
[[nodiscard]] bool is_clean_text(std::string_view text);

/// Appends fields to a string.
class FieldWriter {
 public:
  template <PlainNumber T>
  void fixed(T value) {
    out_.number(value);
  }
  void varint(std::uint64_t value);
  /// REQUIRES: 0 <= value <= kLongestDuration.
  void duration(Duration value);
  /// The length, then one bit per slot, the lowest first.
  void slots(const SlotSet& set);
  /// The length, then the bytes. REQUIRES: is_clean_text(value).
  void text(std::string_view value);
  /// Words for people: what is no clean text becomes '?', and what is beyond `limit` is cut off.
  void words(std::string_view value, std::size_t limit);
  void raw(std::string_view bytes) { out_.bytes() += bytes; }
  [[nodiscard]] std::string_view bytes() { return out_.bytes(); }
  [[nodiscard]] std::string take() { return std::move(out_.bytes()); }

 private:
  ByteWriter out_;
};

/// Reads what a FieldWriter wrote. After the first thing that does not fit ok() is false, and everything
/// reads as zero or empty; nothing is allocated for a length that the bytes cannot hold. `field` is what an
/// error calls it.
class FieldReader {
 public:
  /// `what` is being read: first word of every error.
  FieldReader(std::string_view what, std::string_view bytes) : what_(what), rest_(bytes) {}

  template <PlainNumber T>
  [[nodiscard]] T fixed(std::string_view field) {
    const std::string_view part = take(field, sizeof(T));
    return ok() ? ByteReader(part).number<T>() : T{};
  }
  /// At most `max`.
  [[nodiscard]] std::uint64_t varint(std::string_view field, std::uint64_t max = UINT64_MAX);
  [[nodiscard]] std::uint32_t varint32(std::string_view field, std::uint32_t max = UINT32_MAX) {
    return static_cast<std::uint32_t>(varint(field, max));
  }
  /// One byte of bits, of which only those of `known` may be set.
  [[nodiscard]] std::uint8_t bits(std::string_view field, std::uint8_t known);
  [[nodiscard]] Duration duration(std::string_view field);
  /// Every member below `slots`.
  [[nodiscard]] SlotSet slots(std::string_view field, std::size_t slots);
  [[nodiscard]] Slot slot(std::string_view field, std::size_t slots);
  [[nodiscard]] std::string text(std::string_view field, std::size_t limit);
  /// Number of things that follow, of which each takes `each` bytes at least.
  [[nodiscard]] std::size_t count(std::string_view field, std::size_t max, std::size_t each = 1);
  [[nodiscard]] std::string_view take(std::string_view field, std::size_t size);

  /// Notes that `field` is wrong: "WHAT: FIELD PROBLEM". The first note stays.
  void refuse(std::string_view field, std::string_view problem);
  void call_it(std::string_view what) { what_ = what; }

  [[nodiscard]] bool ok() const { return !error_.has_value(); }
  [[nodiscard]] std::size_t left() const { return rest_.size(); }
  /// Refuses what is left over, then says what was wrong first.
  [[nodiscard]] Status finish();

 private:
  std::string what_;
  std::string_view rest_;
  std::optional<Error> error_;
};

}  // namespace gleaner
