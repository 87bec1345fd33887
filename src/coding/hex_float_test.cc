#include "coding/hex_float.h"

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace gleaner {
namespace {

TEST(HexFloat, KnownTexts) {
  EXPECT_EQ(hex_text(1.0), "0x1p+0");
  EXPECT_EQ(hex_text(1.5), "0x1.8p+0");
  EXPECT_EQ(hex_text(-0.125), "-0x1p-3");
  EXPECT_EQ(hex_text(0.0), "0x0p+0");
  EXPECT_EQ(hex_text(-0.0), "-0x0p+0");
  EXPECT_EQ(hex_text(0.1), "0x1.999999999999ap-4");
  EXPECT_EQ(hex_text(std::numeric_limits<double>::max()), "0x1.fffffffffffffp+1023");
  EXPECT_EQ(hex_text(std::numeric_limits<double>::min()), "0x1p-1022");
  EXPECT_EQ(hex_text(std::numeric_limits<double>::denorm_min()), "0x0.0000000000001p-1022");
}

RC_GTEST_PROP(HexFloat, KeepsEveryBit, (std::uint64_t bits)) {
  const auto x = std::bit_cast<double>(bits);
  RC_PRE(std::isfinite(x));
  const auto back = parse_hex(hex_text(x));
  RC_ASSERT(back.has_value());
  RC_ASSERT(std::bit_cast<std::uint64_t>(*back) == bits);
}

TEST(HexFloat, ReadsOtherSpellings) {
  EXPECT_EQ(parse_hex("0x3p-1"), 1.5);
  EXPECT_EQ(parse_hex("0X1.80P0"), 1.5);
  EXPECT_EQ(parse_hex("0x1"), 1.0);
}

TEST(HexFloat, RefusesEverythingElse) {
  for (const char* text : {"", "-", "0x", "-0x", "1.5", "0x1p", "0x1.8p+0 ", " 0x1", "0x-1p0", "0x1g",
                           "0xinf", "0xnan", "inf", "nan", "0x1p+99999", "--0x1p0", "0x0x1p0", "+0x1p0"}) {
    EXPECT_EQ(parse_hex(text), std::nullopt) << text;
  }
}

RC_GTEST_PROP(HexFloat, AnyTextIsANumberOrNothing, ()) {
  const auto tail =
      *rc::gen::container<std::string>(rc::gen::elementOf(std::string("0123456789abcdefpP+-.xX\0 ")));
  const auto value = parse_hex("0x" + tail);
  RC_ASSERT(!value || std::isfinite(*value));
}

}  // namespace
}  // namespace gleaner
