#include "wire/fields.h"

#include <gtest/gtest.h>

namespace gleaner {
namespace {

TEST(CleanText, IsUtf8InItsOnlyForm) {
  for (const char* text : {"", "abc", "\u00E9", "\u07FF", "\u0800", "\uD7FF", "\uE000", "\uFFFF",
                           "\U00010000", "\U0010FFFF", "a\nb\tc", "\u00A0"})
    EXPECT_TRUE(is_clean_text(text)) << text;
  for (const char* text : {"\x80", "\xC3", "\xC1\xBF", "\xC0\x80", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xE2\x82",
                           "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF", "a\xE9 b"})
    EXPECT_FALSE(is_clean_text(text)) << text;
}

TEST(CleanText, HasNoControlCharacters) {
  for (const char* text : {"\x1B[2J", "a\rb", "\x7F", "\x01", "\xC2\x80", "\xC2\x9F"})
    EXPECT_FALSE(is_clean_text(text)) << text;
  EXPECT_FALSE(is_clean_text(std::string_view("\0", 1)));
}

std::string varint_bytes(std::uint64_t value) {
  FieldWriter out;
  out.varint(value);
  return out.take();
}

TEST(Varints, AreLeb128) {
  EXPECT_EQ(varint_bytes(0), std::string(1, '\0'));
  EXPECT_EQ(varint_bytes(127), "\x7F");
  EXPECT_EQ(varint_bytes(128), "\x80\x01");
  EXPECT_EQ(varint_bytes(300), "\xAC\x02");
  EXPECT_EQ(varint_bytes(UINT64_MAX), "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01");
  for (unsigned bit = 0; bit < 64; ++bit) {
    for (const std::uint64_t value : {std::uint64_t{1} << bit, (std::uint64_t{1} << bit) - 1}) {
      const std::string bytes = varint_bytes(value);
      FieldReader in("it", bytes);
      EXPECT_EQ(in.varint("a number"), value);
      EXPECT_TRUE(in.finish().ok());
    }
  }
}

// What a reader says of bytes.
template <class Read>
std::string complaint(std::string_view bytes, const Read& read) {
  FieldReader in("it", bytes);
  static_cast<void>(read(in));
  const Status s = in.finish();
  return s ? "none" : s.error().what;
}

TEST(FieldReader, KeepsEveryLimit) {
  const auto varint = [](FieldReader& in) { return in.varint("x", 300); };
  EXPECT_EQ(complaint("\xAC\x02", varint), "none");
  EXPECT_EQ(complaint("\xAD\x02", varint), "it: x is 301, the limit is 300");
  const auto text = [](FieldReader& in) { return in.text("x", 3); };
  EXPECT_EQ(complaint("\x03"
                      "abc",
                      text),
            "none");
  EXPECT_EQ(complaint("\x04"
                      "abcd",
                      text),
            "it: x has 4 bytes, the limit is 3");
  const auto bits = [](FieldReader& in) { return in.bits("x", 3); };
  EXPECT_EQ(complaint("\x03", bits), "none");
  EXPECT_EQ(complaint("\x04", bits), "it: x have bits that mean nothing");
  const auto duration = [](FieldReader& in) { return in.duration("x"); };
  const auto longest = static_cast<std::uint64_t>(kLongestDuration.count());
  EXPECT_EQ(complaint(varint_bytes(longest), duration), "none");
  EXPECT_NE(complaint(varint_bytes(longest + 1), duration), "none");
  const auto slot = [](FieldReader& in) { return in.slot("x", 80); };
  EXPECT_EQ(complaint("\x4F", slot), "none");
  EXPECT_EQ(complaint("\x50", slot), "it: x is 80, there are 80 slots");
  const auto worker32 = [](FieldReader& in) { return in.varint32("x"); };
  EXPECT_EQ(complaint(varint_bytes(UINT32_MAX), worker32), "none");
  EXPECT_NE(complaint(varint_bytes(std::uint64_t{UINT32_MAX} + 1), worker32), "none");
}

// A list of a million entries in three bytes.
TEST(FieldReader, ReservesNothingForWhatTheBytesCannotHold) {
  FieldReader in("it", "\x80\x89\x7A");
  EXPECT_EQ(in.count("x", UINT64_MAX), 0U);
  EXPECT_EQ(in.finish().error().what, "it: x is cut short");
}

TEST(FieldReader, TheFirstComplaintStays) {
  FieldReader in("it", "\x04\x05");
  EXPECT_EQ(in.bits("a", 3), 0);
  EXPECT_EQ(in.varint("b"), 0U);
  EXPECT_EQ(in.finish().error().what, "it: a have bits that mean nothing");
}

}  // namespace
}  // namespace gleaner
