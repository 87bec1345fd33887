// Every SIMD level that this machine has, against loops that one can read.
#include "coding/kernel_loops.h"

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <hwy/targets.h>
#include <rapidcheck/gtest.h>

#include "coding/test_cases.h"

namespace gleaner {
namespace {

using testing_cases::any_random;
using testing_cases::any_size;

// Calls f once for every level, with kernel_loops() being those of that level.
template <class F>
void at_every_level(F&& f) {
  struct Restore {
    ~Restore() { hwy::SetSupportedTargetsForTest(0); }
  } restore;
  for (std::int64_t left = hwy::SupportedTargets(); left != 0; left &= left - 1) {
    hwy::SetSupportedTargetsForTest(left & -left);
    f(kernel_loops());
  }
}

// Mostly ordinary numbers; denormal ones, zeros of both signs, and such as overflow or are none now and then.
float any_float(Random& random, bool wild) {
  const auto ordinary = static_cast<float>(random.normal());
  using Limits = std::numeric_limits<float>;
  switch (random.below(wild ? 60 : 15)) {
    case 0: return ordinary * Limits::denorm_min() * 1000;
    case 1: return 0.0F;
    case 2: return -0.0F;
    case 3: return ordinary * 1e-30F;
    case 15: return ordinary * 1e38F;
    case 16: return Limits::infinity();
    case 17: return Limits::quiet_NaN();
    default: return ordinary;
  }
}

// A Combination, the memory that it points to, and what it must give.
struct Case {
  explicit Case(Random& random) {
    const std::size_t counts[] = {1, 2, 3, 4, kSumsAtOnce};
    const std::size_t sums = counts[any_size(0, 4)];
    const std::size_t streams = any_size(0, 20);
    length = any_size(0, 1) == 0 ? any_size(0, 70) : any_size(100, 700);
    begin = any_size(0, length);
    end = any_size(begin, length);
    const bool wild = random.below(2) == 0;
    for (std::size_t s = 0; s < streams; ++s) {
      const std::size_t shift = random.below(16);
      auto& stream = memory.emplace_back(shift + length);
      for (float& x : stream) x = any_float(random, wild);
      combination.streams.push_back(stream.data() + shift);
    }
    combination.factors.resize(streams * sums);
    const bool exact = random.below(2) == 0;  // then the loops may fuse
    for (double& f : combination.factors) {
      f = exact ? static_cast<float>(random.normal()) : random.normal();
      if (wild && random.below(9) == 0) f *= 1e300;
    }
    for (std::size_t k = 0; k < sums; ++k) shifts.push_back(random.below(16));
  }

  // The twin, to the letter of kernel_loops.h.
  [[nodiscard]] float expected(std::size_t k, std::size_t t) const {
    double sum = 0;
    for (std::size_t s = 0; s < combination.streams.size(); ++s) {
      const double product =
          combination.factors[s * shifts.size() + k] * static_cast<double>(combination.streams[s][t]);
      sum = sum + product;
    }
    return static_cast<float>(sum);
  }

  std::size_t length;
  std::size_t begin;
  std::size_t end;
  std::vector<std::vector<float>> memory;
  std::vector<std::size_t> shifts;  // of the results from the beginning of a cache line
  Combination combination;
};

bool same_bits(float a, float b) {
  return std::isnan(a) ? std::isnan(b) : std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b);
}

RC_GTEST_PROP(KernelLoops, EveryLevelGivesTheBitsOfTheTwinAndWritesNothingElse, (bool past_caches)) {
  Random random = any_random();
  Case c(random);
  at_every_level([&](const KernelLoops& loops) {
    constexpr float kUntouched = 99.0F;
    std::vector<std::vector<float>> out(c.shifts.size(), std::vector<float>(c.length + 64, kUntouched));
    c.combination.outs.clear();
    for (std::size_t k = 0; k < out.size(); ++k)
      c.combination.outs.push_back(out[k].data() + 16 + c.shifts[k]);
    loops.combine(c.combination, c.begin, c.end, past_caches);
    for (std::size_t k = 0; k < out.size(); ++k) {
      for (std::size_t at = 0; at < out[k].size(); ++at) {
        const std::size_t t = at - 16 - c.shifts[k];  // wraps round before the row: then it is outside too
        const bool inside = t >= c.begin && t < c.end;
        const float wanted = inside ? c.expected(k, t) : kUntouched;
        if (!same_bits(out[k][at], wanted))
          RC_FAIL(std::string(loops.level) + " at row " + std::to_string(k) + " place " + std::to_string(at));
      }
    }
  });
}

TEST(KernelLoops, WhatIsTooLargeForAFloatIsInfiniteAtEveryLevel) {
  const std::vector<float> x(200, 1e38F);
  std::vector<float> out(200);
  at_every_level([&](const KernelLoops& loops) {
    loops.combine({{x.data()}, {-10.0}, {out.data()}}, 0, 200, false);
    EXPECT_EQ(out, std::vector<float>(200, -std::numeric_limits<float>::infinity())) << loops.level;
  });
}

TEST(KernelLoops, ProductsAreExactUpTo29Bits) {
  const auto exact = [](double f) { return products_are_exact(std::vector<double>{1.0, f}); };
  EXPECT_TRUE(products_are_exact({}));
  EXPECT_TRUE(exact(0.0));
  EXPECT_TRUE(exact(-1.5));
  EXPECT_TRUE(exact(1 + 0x1p-28));
  EXPECT_FALSE(exact(1 + 0x1p-29));
  EXPECT_FALSE(exact(0.1));
  EXPECT_FALSE(exact(0x1p+900)) << "the product may overflow where the sum does not";
  EXPECT_FALSE(exact(0x1p-1000)) << "the product may be rounded as a denormal number";
  EXPECT_FALSE(exact(std::numeric_limits<double>::infinity()));
  EXPECT_FALSE(exact(std::numeric_limits<double>::quiet_NaN()));
}

// A level in which a bit may differ must say so: its plans then have another fingerprint.
TEST(KernelLoops, AllLevelsHaveTheSameArithmetic) {
  std::set<std::string_view> arithmetics;
  std::set<std::string_view> levels;
  at_every_level([&](const KernelLoops& loops) {
    arithmetics.insert(loops.arithmetic);
    levels.insert(loops.level);
  });
  EXPECT_THAT(arithmetics, testing::ElementsAre("any width"));
  EXPECT_TRUE(levels.contains(kernel_loops().level)) << "the test missed the level that is used";
}

}  // namespace
}  // namespace gleaner
