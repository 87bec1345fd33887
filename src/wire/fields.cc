#include "wire/fields.h"

#include <fmt/format.h>

#include "base/check.h"

namespace gleaner {
namespace {

bool is_clean(unsigned char c) { return c >= 0x20 ? c != 0x7F : c == '\n' || c == '\t'; }

// Length of the well-formed UTF-8 sequence at the start of `text`, or 0 (Unicode 15, table 3-7).
std::size_t sequence_length(std::string_view text) {
  const auto at = [&](std::size_t k) { return k < text.size() ? static_cast<unsigned char>(text[k]) : 0U; };
  const auto follows = [&](std::size_t k) { return (at(k) & 0xC0U) == 0x80U; };
  const unsigned lead = at(0);
  if (text.empty()) return 0;
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return follows(1) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF) {
    const bool overlong = lead == 0xE0 && at(1) < 0xA0;
    const bool surrogate = lead == 0xED && at(1) > 0x9F;
    return follows(1) && follows(2) && !overlong && !surrogate ? 3 : 0;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    const bool overlong = lead == 0xF0 && at(1) < 0x90;
    const bool beyond = lead == 0xF4 && at(1) > 0x8F;
    return follows(1) && follows(2) && follows(3) && !overlong && !beyond ? 4 : 0;
  }
  return 0;
}

// Length of the clean character at the start, or 0: well-formed and no control character, C1 included.
std::size_t clean_length(std::string_view text) {
  const std::size_t length = sequence_length(text);
  if (length == 1) return is_clean(static_cast<unsigned char>(text[0])) ? 1 : 0;
  const bool c1 = length == 2 && text[0] == '\xC2' && static_cast<unsigned char>(text[1]) < 0xA0;
  return c1 ? 0 : length;
}

}  // namespace

bool is_clean_text(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = clean_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

// ---- writing

void FieldWriter::varint(std::uint64_t value) {
  for (; value >= 0x80; value >>= 7U) fixed(static_cast<std::uint8_t>(value | 0x80U));
  fixed(static_cast<std::uint8_t>(value));
}

void FieldWriter::duration(Duration value) {
  GLEANER_CHECK(value >= Duration::zero() && value <= kLongestDuration, "no duration that can travel");
  varint(static_cast<std::uint64_t>(value.count()));
}

void FieldWriter::slots(const SlotSet& set) {
  std::string bits((set.extent() + 7) / 8, '\0');
  set.for_each([&](Slot s) {
    char& byte = bits[s.index() / 8];
    byte = static_cast<char>(static_cast<unsigned char>(byte) | 1U << (s.value % 8));
  });
  varint(set.extent());
  raw(bits);
}

void FieldWriter::text(std::string_view value) {
  GLEANER_CHECK(is_clean_text(value), "text that no peer would take");
  varint(value.size());
  raw(value);
}

void FieldWriter::words(std::string_view value, std::size_t limit) {
  std::string clean;
  while (!value.empty()) {
    const std::size_t length = clean_length(value);
    const std::string_view next = length == 0 ? "?" : value.substr(0, length);
    if (clean.size() + next.size() > limit) break;
    clean += next;
    value.remove_prefix(length == 0 ? 1 : length);
  }
  text(clean);
}

// ---- reading

void FieldReader::refuse(std::string_view field, std::string_view problem) {
  if (ok()) error_ = bad_input(fmt::format("{}: {} {}", what_, field, problem));
  rest_ = {};
}

std::string_view FieldReader::take(std::string_view field, std::size_t size) {
  if (size > rest_.size()) {
    refuse(field, "is cut short");
    return {};
  }
  const std::string_view part = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return part;
}

std::uint64_t FieldReader::varint(std::string_view field, std::uint64_t max) {
  std::uint64_t value = 0;
  for (unsigned shift = 0; ok(); shift += 7) {
    const auto byte = fixed<std::uint8_t>(field);
    if (!ok()) break;
    // Of the tenth byte one bit fits.
    if (shift == 63 && byte > 1) {
      refuse(field, "does not fit into 64 bits");
      break;
    }
    value |= std::uint64_t{byte & 0x7FU} << shift;
    if (byte >= 0x80) continue;
    if (byte == 0 && shift > 0)
      refuse(field, "is a number that is longer than it must be");
    else if (value > max)
      refuse(field, fmt::format("is {}, the limit is {}", value, max));
    break;
  }
  return ok() ? value : 0;
}

std::uint8_t FieldReader::bits(std::string_view field, std::uint8_t known) {
  const auto value = fixed<std::uint8_t>(field);
  if ((value & ~known) != 0) refuse(field, "have bits that mean nothing");
  return ok() ? value : std::uint8_t{0};
}

Duration FieldReader::duration(std::string_view field) {
  return Duration(
      static_cast<std::int64_t>(varint(field, static_cast<std::uint64_t>(kLongestDuration.count()))));
}

Slot FieldReader::slot(std::string_view field, std::size_t slots) {
  const auto value = varint32(field);
  if (ok() && value >= slots) refuse(field, fmt::format("is {}, there are {} slots", value, slots));
  return ok() ? Slot(value) : Slot{};
}

SlotSet FieldReader::slots(std::string_view field, std::size_t slots) {
  const std::uint64_t extent = varint(field);
  if (ok() && extent > slots) refuse(field, fmt::format("reach to {}, the limit is {}", extent, slots));
  const std::string_view bytes = ok() ? take(field, (extent + 7) / 8) : std::string_view{};
  SlotSet set;
  for (std::size_t k = 0; k < bytes.size() * 8; ++k) {
    if ((static_cast<unsigned char>(bytes[k / 8]) >> (k % 8) & 1U) != 0)
      set.insert(Slot(static_cast<std::uint32_t>(k)));
  }
  if (ok() && set.extent() != extent) refuse(field, "do not end with the last one");
  return ok() ? set : SlotSet{};
}

std::string FieldReader::text(std::string_view field, std::size_t limit) {
  const std::uint64_t size = varint(field);
  if (ok() && size > limit) refuse(field, fmt::format("has {} bytes, the limit is {}", size, limit));
  const std::string_view bytes = ok() ? take(field, size) : std::string_view{};
  if (!is_clean_text(bytes)) refuse(field, "is not plain UTF-8 text");
  return ok() ? std::string(bytes) : std::string{};
}

std::size_t FieldReader::count(std::string_view field, std::size_t max, std::size_t each) {
  const std::uint64_t value = varint(field, max);
  if (value > rest_.size() / each) refuse(field, "is cut short");
  return ok() ? value : 0;
}

Status FieldReader::finish() {
  if (!rest_.empty()) refuse("the end", fmt::format("is followed by {} more bytes", rest_.size()));
  return error_ ? Status(*error_) : Status{};
}

}  // namespace gleaner
