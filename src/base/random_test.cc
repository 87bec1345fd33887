#include "base/random.h"

#include <array>
#include <bit>
#include <cmath>
#include <map>
#include <numeric>
#include <set>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace gleaner {
namespace {

// The generator of Blackman and Vigna written down a second time, to hold the first against.
std::uint64_t next_of_twin(std::array<std::uint64_t, 4>& s) {
  const auto left = [](std::uint64_t x, unsigned k) { return (x << k) | (x >> (64U - k)); };
  const std::uint64_t result = left(s[0] + s[3], 23) + s[0];
  const std::uint64_t t = s[1] << 17U;
  s[2] ^= s[0];
  s[3] ^= s[1];
  s[1] ^= s[2];
  s[0] ^= s[3];
  s[2] ^= t;
  s[3] = left(s[3], 45);
  return result;
}

TEST(Random, FollowsItsRecurrence) {
  // The state is private and is the whole object.
  Random random({.seed = 42});
  static_assert(sizeof(Random) == 4 * sizeof(std::uint64_t));
  auto state = std::bit_cast<std::array<std::uint64_t, 4>>(random);
  for (int k = 0; k < 1000; ++k) ASSERT_EQ(random.bits(), next_of_twin(state));
}

// The same numbers on every compiler and machine. A change here changes every seeded run.
TEST(Random, GoldenDraws) {
  Random random({.seed = 1, .purpose = Purpose::speeds, .round = 2, .worker = 3, .position = 4});
  EXPECT_EQ(random.bits(), 2184875720239029064ULL);
  EXPECT_EQ(random.uniform(), 0x1.d62ca484c2778p-4);
  EXPECT_EQ(random.below(1000), 445U);
  EXPECT_EQ(random.exponential(20), 0x1.0b7b83f9aecf7p+5);
  EXPECT_EQ(random.normal(), -0x1.674e042178df1p-6);
  EXPECT_EQ(random.lognormal(1, 0.5), 0x1.d19356a2a0341p-1);
  EXPECT_EQ(random.pareto(1, 2), 0x1.e81b37bb4b74cp+0);
}

RC_GTEST_PROP(Random, EveryFieldOfTheKeyNamesAnotherStream, (std::uint64_t seed)) {
  std::set<std::uint64_t> firsts;
  const auto add = [&](const DrawKey& key) { firsts.insert(Random(key).bits()); };
  add({.seed = seed});
  add({.seed = seed + 1});
  add({.seed = seed, .purpose = Purpose::speeds});
  add({.seed = seed, .round = 1});
  add({.seed = seed, .worker = 1});
  add({.seed = seed, .position = 1});
  add({.seed = seed, .round = 1, .worker = 1});
  RC_ASSERT(firsts.size() == 7U);
  RC_ASSERT(Random({.seed = seed}).bits() == Random({.seed = seed}).bits());
}

TEST(Random, NeighbouringStreamsAreIndependent) {
  // First draws of 10,000 neighbouring keys: uniform, and not correlated with the next key's.
  double mean = 0;
  double product = 0;
  double previous = 0.5;
  constexpr int kKeys = 10000;
  for (std::uint64_t worker = 0; worker < kKeys; ++worker) {
    const double u = Random({.seed = 5, .worker = worker}).uniform();
    mean += u / kKeys;
    product += (u - 0.5) * (previous - 0.5) / kKeys;
    previous = u;
  }
  EXPECT_NEAR(mean, 0.5, 0.015);  // 5 standard errors
  EXPECT_NEAR(product, 0, 0.0042);
}

TEST(Random, UniformIsBelowOneAndFine) {
  Random random({.seed = 1});
  for (int k = 0; k < 10000; ++k) {
    const double u = random.uniform();
    ASSERT_GE(u, 0);
    ASSERT_LT(u, 1);
    ASSERT_EQ(u * 0x1p53, std::floor(u * 0x1p53));
  }
}

TEST(Random, BelowHasNoBias) {
  Random random({.seed = 2});
  for (const std::uint64_t bound : {1U, 2U, 3U, 7U, 10U}) {
    std::vector<int> seen(bound, 0);
    for (int k = 0; k < 10000; ++k) ++seen[random.below(bound)];
    const double expected = 10000.0 / static_cast<double>(bound);
    for (const int count : seen) EXPECT_NEAR(count, expected, 5 * std::sqrt(expected));
  }
  // Where taking the remainder would favour the lower third by half.
  const std::uint64_t huge = (std::uint64_t{3} << 62U);
  int low = 0;
  for (int k = 0; k < 10000; ++k) low += random.below(huge) < huge / 3 ? 1 : 0;
  EXPECT_NEAR(low, 10000 / 3.0, 300);
}

TEST(RandomDeathTest, BelowZeroIsABug) {
  Random random({.seed = 2});
  EXPECT_DEATH((void)random.below(0), "nothing to draw from");
}

struct Moments {
  double mean = 0;
  double variance = 0;
};

template <class Draw>
Moments moments(Draw&& draw) {
  constexpr int kDraws = 200000;
  Random random({.seed = 77});
  double sum = 0;
  double squares = 0;
  for (int k = 0; k < kDraws; ++k) {
    const double x = draw(random);
    sum += x;
    squares += x * x;
  }
  const double mean = sum / kDraws;
  return {mean, squares / kDraws - mean * mean};
}

TEST(Random, DistributionsHaveTheirMoments) {
  const Moments exponential = moments([](Random& r) { return r.exponential(3); });
  EXPECT_NEAR(exponential.mean, 3, 0.04);
  EXPECT_NEAR(exponential.variance, 9, 0.3);
  const Moments normal = moments([](Random& r) { return r.normal(); });
  EXPECT_NEAR(normal.mean, 0, 0.012);
  EXPECT_NEAR(normal.variance, 1, 0.02);
  const Moments lognormal = moments([](Random& r) { return r.lognormal(2, 0.5); });
  EXPECT_NEAR(lognormal.mean, 2, 0.015);
  EXPECT_NEAR(lognormal.variance, 4 * (std::exp(0.25) - 1), 0.04);
  const Moments pareto = moments([](Random& r) { return r.pareto(1, 4); });
  EXPECT_NEAR(pareto.mean, 4.0 / 3, 0.006);
}

TEST(Random, TailsOfTheNormalLaw) {
  Random random({.seed = 8});
  int outside = 0;
  for (int k = 0; k < 100000; ++k) outside += std::fabs(random.normal()) > 1.959964 ? 1 : 0;
  EXPECT_NEAR(outside, 5000, 350);
}

TEST(Random, ShuffleReachesEveryPermutationEquallyOften) {
  Random random({.seed = 9});
  std::map<std::vector<int>, int> seen;
  for (int k = 0; k < 24000; ++k) {
    std::vector<int> items = {0, 1, 2, 3};
    random.shuffle(std::span(items));
    ++seen[items];
  }
  EXPECT_EQ(seen.size(), 24U);
  for (const auto& [items, count] : seen) EXPECT_NEAR(count, 1000, 160);
}

TEST(Random, ShuffleOfNothingDrawsNothing) {
  Random random({.seed = 9});
  Random untouched = random;
  std::vector<int> none;
  std::vector<int> one = {1};
  random.shuffle(std::span(none));
  random.shuffle(std::span(one));
  EXPECT_EQ(random.bits(), untouched.bits());
}

}  // namespace
}  // namespace gleaner
