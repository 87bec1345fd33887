#include "data/number.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <bit>
#include <cstdint>
#include <string>

namespace gleaner {
namespace {

// The twin is from_chars itself.
void check_as_from_chars(const std::string& text) {
  float expected = 0;
  float found = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), expected);
  const bool number = code == std::errc{} && std::isfinite(expected);
  const char* const found_end = scan_float(text.data(), text.data() + text.size(), found);
  ASSERT_EQ(found_end, number ? end : nullptr) << text;
  if (number) {
    ASSERT_EQ(std::bit_cast<std::uint32_t>(found), std::bit_cast<std::uint32_t>(expected)) << text;
  }
}

TEST(ScanFloat, AsFromChars) {
  for (const char* const text : {"",
                                 "-",
                                 ".",
                                 "-.",
                                 "+1",
                                 "0",
                                 "-0",
                                 "-0.0",
                                 "1",
                                 "1.",
                                 ".5",
                                 "-.5",
                                 "1.5x",
                                 "1..5",
                                 "1e",
                                 "1e5",
                                 "1e+5",
                                 "1e-5",
                                 "1E3",
                                 "3e39",
                                 "-3e39",
                                 "1e-50",
                                 "inf",
                                 "-inf",
                                 "nan",
                                 "0x10",
                                 " 1",
                                 "1 ",
                                 "1,5",
                                 "16777217",
                                 "16777219",
                                 "16777217.0000000001",
                                 "9007199254740993",
                                 "0.1",
                                 "0.30000000000000004",
                                 "123456789012345678901234567890",
                                 "0.000000000000000000000000000000000000000000001",
                                 "340282346638528859811704183484516925440",
                                 "340282356779733661637539395458142568448",
                                 "0.0000000000000000000001",
                                 "9999999999999999999",
                                 "18446744073709551616",
                                 "1.00000005960464477539",
                                 "1.000000059604645",
                                 "1.0000000596046448"})
    check_as_from_chars(text);
}

RC_GTEST_PROP(ScanFloat, OfAnyFloatWithAnyDigits, ()) {
  const auto bits = *rc::gen::arbitrary<std::uint32_t>();
  const auto x = std::bit_cast<float>(bits);
  check_as_from_chars(fmt::format("{}", x));
  check_as_from_chars(fmt::format("{:.{}f}", x, *rc::gen::inRange(0, 30)));
  check_as_from_chars(fmt::format("{:.{}g}", x, *rc::gen::inRange(1, 20)));
  const auto small = static_cast<float>(*rc::gen::inRange(-20'000'000, 20'000'000)) / 1024;
  check_as_from_chars(fmt::format("{:.{}f}", small, *rc::gen::inRange(0, 19)));
}

// Half way between two floats, and a little beside it.
RC_GTEST_PROP(ScanFloat, BetweenTwoFloats, ()) {
  const auto whole = static_cast<double>(*rc::gen::inRange(1 << 23, 1 << 24)) + 0.5;
  const int shift = *rc::gen::inRange(0, 20);
  const std::string text = fmt::format("{:.{}f}", std::ldexp(whole, -shift), shift + 1);
  check_as_from_chars(text);
  check_as_from_chars(text + "0000000001");
  check_as_from_chars(fmt::format("{:.{}f}", std::ldexp(whole, -shift), *rc::gen::inRange(0, 19)));
  const auto beside = std::bit_cast<double>(std::bit_cast<std::uint64_t>(whole) +
                                            *rc::gen::inRange<std::uint64_t>(0, 12) - 6);
  check_as_from_chars(fmt::format("{:.{}f}", beside, *rc::gen::inRange(6, 12)));
  check_as_from_chars(text + "1");
  check_as_from_chars(text + "e0");
}

TEST(ParseFloat, TakesAPlusAndVerySmallNumbers) {
  EXPECT_EQ(parse_float("+1.5"), 1.5F);
  EXPECT_EQ(parse_float("1e-60"), 0.0F);
  EXPECT_EQ(parse_float("1e-40"), 1e-40F);
  for (const char* const text : {"", "+", "+-1", "--1", "1 ", "1e39", "inf", "nan", "0x1", "1_000"})
    EXPECT_FALSE(parse_float(text).has_value()) << text;
}

}  // namespace
}  // namespace gleaner
