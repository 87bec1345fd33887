#include "coding/kernels.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "coding/test_cases.h"

namespace gleaner {
namespace {

using testing_cases::any_random;
using testing_cases::any_size;
using Vectors = std::vector<std::vector<float>>;

Vectors random_vectors(std::size_t count, std::size_t length, Random& random) {
  Vectors vectors(count, std::vector<float>(length));
  for (auto& vector : vectors) {
    for (float& x : vector) x = static_cast<float>(random.normal());
  }
  return vectors;
}

std::vector<std::span<const float>> views(const Vectors& vectors, std::size_t first = 0,
                                          std::size_t length = std::dynamic_extent) {
  std::vector<std::span<const float>> result;
  for (const auto& vector : vectors) result.push_back(std::span(vector).subspan(first, length));
  return result;
}

// Sizes around the tiles of 128 and 4096 coordinates matter as much as small ones.
std::size_t any_dimension() {
  switch (any_size(0, 8)) {
    case 0: return any_size(20000, 40000);
    case 1:
    case 2: return any_size(60, 300);
    case 3:
    case 4: return any_size(480, 2500);
    default: return any_size(1, 60);
  }
}

std::vector<double> any_factors(std::size_t count, Random& random) {
  std::vector<double> factors(count);
  const bool zeros = random.below(2) == 0;
  for (double& u : factors) u = zeros && random.below(5) == 0 ? 0 : random.normal();
  return factors;
}

// The promise of kernels.h for one coordinate, twice: the terms added in double in ascending order and
// rounded once, bit by bit; and the bound on the error, against a sum in extended precision.
struct Sum {
  double value = 0;
  long double exact = 0;
  double magnitude = 0;
  std::size_t terms = 0;
  void add(double factor, double x) {
    value += factor * x;
    exact += static_cast<long double>(factor) * static_cast<long double>(x);
    magnitude += std::fabs(factor * x);
    ++terms;
  }
  [[nodiscard]] bool gives(float result) const {
    const double error = static_cast<double>(std::fabs(static_cast<long double>(result) - exact));
    const double bound = static_cast<double>(terms) * 0x1p-53 * magnitude;
    return result == static_cast<float>(value) &&
           error <= bound + 0x1p-24 * (std::fabs(static_cast<double>(exact)) + bound);
  }
};

RC_GTEST_PROP(Kernels, EncodeFollowsItsFormula, ()) {
  const std::size_t dimension = any_dimension();
  const std::size_t blocks = any_size(1, 8);
  const std::size_t count = any_size(0, 9);
  const std::size_t b = count == 0 ? 5 : block_length(dimension, blocks);
  Random random = any_random();
  const Vectors gradients = random_vectors(count, dimension, random);
  const std::vector<double> u = any_factors(count * blocks, random);
  std::vector<float> z(b, 99.0F);
  encode_segment(views(gradients), u, blocks, 0, z);
  for (std::size_t t = 0; t < b; ++t) {
    Sum sum;
    for (std::size_t s = 0; s < count; ++s) {
      for (std::size_t k = 0; k < blocks; ++k) {
        const std::size_t at = k * b + t;
        sum.add(u[s * blocks + k], at < dimension ? static_cast<double>(gradients[s][at]) : 0.0);
      }
    }
    RC_ASSERT(sum.gives(z[t]));
  }
}

RC_GTEST_PROP(Kernels, DecodeFollowsItsFormula, ()) {
  const std::size_t dimension = any_dimension();
  const std::size_t blocks = any_size(1, 8);
  const std::size_t count = any_size(1, 9);
  const std::size_t b = block_length(dimension, blocks);
  Random random = any_random();
  const Vectors vectors = random_vectors(count, b, random);
  const std::vector<double> rows = any_factors(count * blocks, random);
  std::vector<float> gradient(dimension, 99.0F);
  decode_segment(views(vectors), rows, blocks, 0, gradient);
  for (std::size_t at = 0; at < dimension; ++at) {
    Sum sum;
    for (std::size_t j = 0; j < count; ++j)
      sum.add(rows[j * blocks + at / b], static_cast<double>(vectors[j][at % b]));
    RC_ASSERT(sum.gives(gradient[at]));
  }
}

// The bits of a coordinate depend on nothing but its terms: not on the cut into segments, not on alignment.
RC_GTEST_PROP(Kernels, SegmentsGiveTheSameBitsAsTheWhole, ()) {
  const std::size_t dimension = any_dimension();
  const std::size_t blocks = any_size(1, 4);
  const std::size_t count = any_size(1, 9);
  const std::size_t b = block_length(dimension, blocks);
  Random random = any_random();
  const Vectors gradients = random_vectors(count, dimension, random);
  const std::vector<double> u = any_factors(count * blocks, random);
  std::vector<float> whole(b);
  std::vector<float> pieces(b);
  encode_segment(views(gradients), u, blocks, 0, whole);
  const Vectors vectors = random_vectors(count, b, random);
  std::vector<float> decoded(dimension);
  std::vector<float> decoded_pieces(dimension);
  decode_segment(views(vectors), u, blocks, 0, decoded);
  for (std::size_t first = 0; first < b;) {
    const std::size_t length = std::min<std::size_t>(b - first, 1 + random.below(b));
    encode_segment(views(gradients), u, blocks, first, std::span(pieces).subspan(first, length));
    decode_segment(views(vectors, first, length), u, blocks, first, decoded_pieces);
    first += length;
  }
  RC_ASSERT(pieces == whole);
  RC_ASSERT(decoded_pieces == decoded);
}

RC_GTEST_PROP(Kernels, DecodeTouchesNothingOutsideOfItsSegment, ()) {
  const std::size_t dimension = any_dimension();
  const std::size_t blocks = any_size(1, 4);
  const std::size_t b = block_length(dimension, blocks);
  const std::size_t first = any_size(0, b);
  const std::size_t length = any_size(0, b - first);
  const Vectors vectors(1, std::vector<float>(length, 1.0F));
  std::vector<float> gradient(dimension, 99.0F);
  decode_segment(views(vectors), std::vector<double>(blocks, 2.0), blocks, first, gradient);
  for (std::size_t at = 0; at < dimension; ++at) {
    const bool inside = at % b >= first && at % b < first + length;
    RC_ASSERT(gradient[at] == (inside ? 2.0F : 99.0F));
  }
}

TEST(Kernels, PaddingCountsAsZero) {
  const std::vector<float> gradient = {1, 2, 3, 4, 5};  // two blocks of three: 1 2 3 | 4 5 0
  const std::vector<std::span<const float>> gradients = {gradient};
  std::vector<float> z(3);
  encode_segment(gradients, std::vector<double>{1, 10}, 2, 0, z);
  EXPECT_EQ(z, (std::vector<float>{41, 52, 3}));
}

TEST(Kernels, BlocksMayLieWhollyInThePadding) {
  const std::vector<float> gradient = {1, 2, 3, 4, 5};  // four blocks of two: 1 2 | 3 4 | 5 0 | 0 0
  const std::vector<std::span<const float>> gradients = {gradient};
  std::vector<float> z(2);
  encode_segment(gradients, std::vector<double>{1, 1, 1, 7}, 4, 0, z);
  EXPECT_EQ(z, (std::vector<float>{9, 6}));
  std::vector<float> back(5);
  decode_segment(std::vector<std::span<const float>>{z}, std::vector<double>{1, 2, 3, 4}, 4, 0, back);
  EXPECT_EQ(back, (std::vector<float>{9, 6, 18, 12, 27}));
}

TEST(Kernels, ShortBlocksAreAddedInTheirTurn) {
  // Blocks of two, the last one half in the padding: (1e17 - 1e17) + 1, not (1 + 1e17) - 1e17.
  const std::vector<float> gradient = {1, 1, 1};
  const std::vector<std::span<const float>> gradients = {gradient, gradient};
  std::vector<float> z(2);
  encode_segment(gradients, std::vector<double>{1e17, 0, -1e17, 1}, 2, 0, z);
  EXPECT_EQ(z, (std::vector<float>{1, 0}));
}

TEST(Kernels, WhatHasAZeroCoefficientIsNotRead) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const std::vector<float> bad(4, nan);
  const std::vector<float> half_bad = {1, 2, nan, nan};
  const std::vector<std::span<const float>> gradients = {bad, half_bad};
  std::vector<float> z(2);
  encode_segment(gradients, std::vector<double>{0, 0, 3, 0}, 2, 0, z);
  EXPECT_EQ(z, (std::vector<float>{3, 6}));
  const std::vector<std::span<const float>> vectors = {std::span(bad).first(2), z};
  std::vector<float> gradient(4);
  decode_segment(vectors, std::vector<double>{0, 1, 2, 1}, 2, 0, gradient);
  EXPECT_EQ(gradient[0], 6.0F);
  EXPECT_EQ(gradient[1], 12.0F);
  EXPECT_TRUE(std::isnan(gradient[2]) && std::isnan(gradient[3])) << "else it is";
}

TEST(Kernels, AllCoefficientsZeroGiveZero) {
  const std::vector<float> x(300, 5.0F);
  const std::vector<std::span<const float>> one = {x};
  std::vector<float> out(300, 99.0F);
  encode_segment(one, std::vector<double>{0}, 1, 0, out);
  EXPECT_EQ(out, std::vector<float>(300, 0.0F));
  out.assign(300, 99.0F);
  decode_segment(one, std::vector<double>{0}, 1, 0, out);
  EXPECT_EQ(out, std::vector<float>(300, 0.0F));
}

// From 32 MiB on a gradient is written around the caches.
TEST(Kernels, ALargeGradientIsDecodedLikeASmallOne) {
  constexpr std::size_t kDimension = (std::size_t{1} << 23U) + 5;
  constexpr std::size_t kBlocks = 3;
  constexpr std::size_t kB = block_length(kDimension, kBlocks);
  Random random({.seed = 1, .purpose = Purpose::test});
  std::vector<float> gradient(kDimension, 99.0F);
  const std::vector<double> rows = {1.5, -2, 0, 0.25, 1, 7};
  for (std::size_t first = 0; first < kB;) {
    const std::size_t length = std::min<std::size_t>(kB - first, 500'000 + random.below(1000));
    Vectors z(2, std::vector<float>(length));
    for (std::size_t t = 0; t < length; ++t) {
      z[0][t] = static_cast<float>(first + t);
      z[1][t] = static_cast<float>(t % 64);
    }
    decode_segment(views(z), rows, kBlocks, first, gradient);
    for (std::size_t t = 0; t < length; ++t) {
      for (std::size_t k = 0; k < kBlocks; ++k) {
        if (k * kB + first + t >= kDimension) continue;
        const double sum =
            rows[k] * static_cast<double>(z[0][t]) + rows[3 + k] * static_cast<double>(z[1][t]);
        ASSERT_EQ(gradient[k * kB + first + t], static_cast<float>(sum)) << k << ' ' << first + t;
      }
    }
    first += length;
  }
}

TEST(Kernels, NothingSumsToZero) {
  std::vector<float> gradient(7, 99.0F);
  decode_segment({}, {}, 2, 0, gradient);
  EXPECT_EQ(gradient, std::vector<float>(7, 99.0F)) << "no vector, no segment: nothing is written";
  std::vector<float> z(4, 99.0F);
  encode_segment({}, {}, 2, 0, z);
  EXPECT_EQ(z, std::vector<float>(4, 0.0F));
}

TEST(Kernels, CancellationIsDoneInDouble) {
  const std::vector<float> large = {1e8F};
  const std::vector<float> small = {1.0F};
  const std::vector<std::span<const float>> gradients = {large, small, large};
  std::vector<float> z(1);
  encode_segment(gradients, std::vector<double>{1, 1, -1}, 1, 0, z);
  EXPECT_EQ(z[0], 1.0F);
}

TEST(KernelsDeathTest, WrongShapesAreBugs) {
  const std::vector<float> five(5);
  const std::vector<float> four(4);
  std::vector<float> z(6);
  const std::vector<std::span<const float>> one = {five};
  const std::vector<std::span<const float>> unequal = {five, four};
  EXPECT_DEATH(encode_segment(one, std::vector<double>{1, 2}, 1, 0, std::span(z).first(5)),
               "one row of coefficients");
  EXPECT_DEATH(encode_segment(one, std::vector<double>{1}, 1, 0, z), "after the coded vector");
  EXPECT_DEATH(encode_segment(unequal, std::vector<double>{1, 2}, 1, 0, std::span(z).first(5)),
               "the same length");
}

TEST(Kernels, AllFiniteSeesEveryPlace) {
  std::vector<float> values(10000, 1.0F);
  values[5] = std::numeric_limits<float>::max();
  values[6] = std::numeric_limits<float>::denorm_min();
  values[7] = -0.0F;
  EXPECT_TRUE(all_finite(values));
  EXPECT_TRUE(all_finite({}));
  for (const std::size_t place : {0U, 1U, 4095U, 4096U, 9998U, 9999U}) {
    for (const float bad :
         {std::numeric_limits<float>::infinity(), -std::numeric_limits<float>::infinity(),
          std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::signaling_NaN()}) {
      std::vector<float> spoiled = values;
      spoiled[place] = bad;
      EXPECT_FALSE(all_finite(spoiled)) << place;
    }
  }
}

}  // namespace
}  // namespace gleaner
