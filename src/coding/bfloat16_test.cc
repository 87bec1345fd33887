#include "coding/bfloat16.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <vector>

#include "base/random.h"

namespace gleaner {
namespace {

float widened(std::uint16_t half) { return std::bit_cast<float>(static_cast<std::uint32_t>(half) << 16U); }

// The plain twin: of the two neighbours among all bfloat16 the nearer one, by distances in double.
std::uint16_t nearest(float x) {
  const auto down = static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(x) >> 16U);  // towards zero
  const auto up = static_cast<std::uint16_t>(down + 1);
  // Behind the largest number stands what would be the next one.
  const double beyond = std::isinf(widened(up)) ? std::copysign(std::ldexp(1.0, 128), x) : widened(up);
  const double to_down = std::abs(static_cast<double>(x) - widened(down));
  const double to_up = std::abs(beyond - static_cast<double>(x));
  if (to_down != to_up) return to_down < to_up ? down : up;
  return down % 2 == 0 ? down : up;
}

std::uint16_t round_one(float x, std::size_t* bad = nullptr) {
  std::uint16_t half = 0;
  const std::size_t at = round_to_bfloat16({&x, 1}, {&half, 1});
  if (bad != nullptr) *bad = at;
  return half;
}

TEST(Bfloat16, EveryOneOfThemComesBackAsItWas) {
  for (std::uint32_t half = 0; half < 0x10000U; ++half) {
    const float x = widened(static_cast<std::uint16_t>(half));
    if (!std::isfinite(x)) continue;
    ASSERT_EQ(round_one(x), half);
  }
}

TEST(Bfloat16, RoundsToTheNearestAndHalvesToEven) {
  for (std::uint32_t half = 0; half < 0x7f80U; ++half) {
    for (const std::uint32_t low : {1U, 0x7fffU, 0x8000U, 0x8001U, 0xffffU}) {
      for (const std::uint32_t sign : {0U, 0x80000000U}) {
        const float x = std::bit_cast<float>(sign | (half << 16U) | low);
        ASSERT_EQ(round_one(x), nearest(x)) << x;
      }
    }
  }
}

TEST(Bfloat16, LongVectorsAreRoundedLikeSingleNumbers) {
  Random random({1, Purpose::test, 0, 0, 0});
  for (const std::size_t size : {0, 1, 7, 4095, 4096, 4097, 10'000}) {
    std::vector<float> x(size);
    for (float& v : x) v = static_cast<float>(random.normal());
    std::vector<std::uint16_t> half(size);
    EXPECT_EQ(round_to_bfloat16(x, half), size);
    std::vector<float> back(size);
    widen_bfloat16(half, back);
    for (std::size_t i = 0; i < size; ++i) {
      ASSERT_EQ(half[i], nearest(x[i]));
      ASSERT_EQ(back[i], widened(half[i]));
      ASSERT_LE(std::abs(back[i] - x[i]), std::ldexp(std::abs(x[i]), -8));
    }
  }
}

TEST(Bfloat16, NamesTheFirstThatIsNotFinite) {
  std::size_t bad = 9;
  round_one(std::numeric_limits<float>::max(), &bad);
  EXPECT_EQ(bad, 0U);
  round_one(widened(0x7f7f), &bad);  // the largest of them
  EXPECT_EQ(bad, 1U);
  std::vector<float> x(9000, 1.0F);
  x[8500] = -std::numeric_limits<float>::max();
  x[8600] = std::numeric_limits<float>::infinity();
  std::vector<std::uint16_t> half(x.size());
  EXPECT_EQ(round_to_bfloat16(x, half), 8500U);
  for (const std::uint32_t nan : {0x7f800001U, 0xff800001U, 0x7fffffffU, 0xffffffffU}) {
    EXPECT_TRUE(std::isnan(widened(round_one(std::bit_cast<float>(nan), &bad))));
    EXPECT_EQ(bad, 0U);
  }
}

}  // namespace
}  // namespace gleaner
