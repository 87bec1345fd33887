#include "coding/clairvoyant.h"

#include <cmath>
#include <limits>
#include <set>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "coding/max_flow.h"
#include "coding/test_cases.h"
#include "support/draws.h"
#include "support/shared_data.h"

namespace gleaner {
namespace {

constexpr double kNever = std::numeric_limits<double>::infinity();

std::size_t finished(double time, double chunk_time, std::size_t load) {
  std::size_t k = 0;
  while (k < load && static_cast<double>(k + 1) * chunk_time <= time) ++k;
  return k;
}

// Whether T is enough, by a flow from scratch: source -> worker (c_j) -> chunk (1) -> sink (l).
bool enough(const Assignment& a, std::size_t blocks, const std::vector<double>& s, double time) {
  const std::size_t source = a.workers() + a.chunks();
  MaxFlow flow(source + 2);
  for (std::uint32_t j = 0; j < a.workers(); ++j) {
    flow.add_edge(source, j, static_cast<std::int64_t>(finished(time, s[j], a.load(WorkerId(j)))));
    for (const ChunkId chunk : a.chunks_of(WorkerId(j))) flow.add_edge(j, a.workers() + chunk.index(), 1);
  }
  for (std::size_t i = 0; i < a.chunks(); ++i) {
    flow.add_edge(a.workers() + i, source + 1, static_cast<std::int64_t>(blocks));
  }
  return flow.run(source, source + 1) == static_cast<std::int64_t>(a.chunks() * blocks);
}

std::set<double> moments(const Assignment& a, const std::vector<double>& s) {
  std::set<double> all;
  for (std::uint32_t j = 0; j < a.workers(); ++j) {
    for (std::size_t k = 1; k <= a.load(WorkerId(j)); ++k) all.insert(static_cast<double>(k) * s[j]);
  }
  all.insert(kNever);
  return all;
}

// The definitions, taken at their word: every moment, one after another.
ClairvoyantBounds by_definition(const Assignment& a, std::size_t blocks, const std::vector<double>& s) {
  ClairvoyantBounds found{kNever, kNever};
  for (const double time : moments(a, s)) {
    if (std::isinf(time)) break;
    std::size_t sum = 0;
    for (std::uint32_t j = 0; j < a.workers(); ++j) sum += finished(time, s[j], a.load(WorkerId(j)));
    if (sum >= a.chunks() * blocks) found.free = std::min(found.free, time);
    if (!enough(a, blocks, s, time)) continue;
    found.placed = time;
    break;
  }
  return found;
}

// Few different times, so that moments coincide, and some workers that never finish.
std::vector<double> any_times(std::size_t workers, Random& random) {
  std::vector<double> s(workers);
  const bool coarse = random.below(2) == 0;
  for (double& x : s) {
    x = coarse ? 0.5 * static_cast<double>(1 + random.below(6)) : 0.01 + random.exponential(1);
    if (random.below(8) == 0) x = kNever;
  }
  return s;
}

RC_GTEST_PROP(Clairvoyant, IsWhatTheDefinitionsSay, ()) {
  Random random = testing_cases::any_random();
  const std::size_t least = test::any_between(1, 4);
  const Assignment a = *rc::gen::arbitrary<bool>()
                           ? testing_cases::any_regular()
                           : testing_cases::any_assignment(least, std::max<std::size_t>(9, least));
  const std::size_t blocks = test::any_between(1, 3);
  Clairvoyant clairvoyant(a, blocks);
  for (int draw = 0; draw < 4; ++draw) {  // the second draw must not remember the first
    const std::vector<double> s = any_times(a.workers(), random);
    const ClairvoyantBounds found = clairvoyant.bounds(s);
    const ClairvoyantBounds twin = by_definition(a, blocks, s);
    RC_ASSERT(found.placed == twin.placed);
    RC_ASSERT(found.free == twin.free);
    RC_ASSERT(found.free <= found.placed);
  }
}

TEST(Clairvoyant, TwoWorkersOfWhichOneIsTwiceAsFast) {
  const Assignment a = Assignment::cyclic(4, 2, 2).value();  // both hold everything
  Clairvoyant clairvoyant(a, 1);
  const std::vector<double> s{1, 2};
  EXPECT_EQ(clairvoyant.bounds(s).placed, 3);  // 3 + 1 chunks
  EXPECT_EQ(clairvoyant.bounds(s).free, 3);
  Clairvoyant twice(a, 2);
  EXPECT_EQ(twice.bounds(s).placed, 8);  // both must do everything
}

TEST(Clairvoyant, TooFewHoldersForAnyTime) {
  const Assignment a = Assignment::cyclic(3, 3, 2).value();
  Clairvoyant clairvoyant(a, 2);
  EXPECT_EQ(clairvoyant.bounds(std::vector<double>{1, 1, kNever}).placed, kNever);
  EXPECT_EQ(clairvoyant.bounds(std::vector<double>{1, 1, 1}).placed, 2);
}

// The table of beyond.md section 1: exponential chunk times of mean 1, load - blocks workers lost.
TEST(Clairvoyant, TheMeansOfThePaperGraphAreThoseOfTheStudy) {
  GLEANER_SHARED_FILE(file, "reference/assignment-g1.csv");
  const Result<Assignment> a = Assignment::from_csv(read_file(file), file.string());
  constexpr double kPlaced[] = {0.77, 1.19, 1.78};
  constexpr double kFree[] = {0.43, 0.97, 1.68};
  for (std::size_t blocks = 1; blocks <= 3; ++blocks) {
    Clairvoyant clairvoyant(a.value(), blocks);
    double placed = 0;
    double free = 0;
    constexpr int kDraws = 400;
    for (std::uint64_t k = 0; k < kDraws; ++k) {
      Random random({.seed = 7, .purpose = Purpose::test, .position = k});
      std::vector<double> s(a.value().workers());
      for (double& x : s) x = random.exponential(1);
      random.shuffle(std::span(s));
      std::fill_n(s.begin(), 8 - blocks, kNever);
      random.shuffle(std::span(s));
      const ClairvoyantBounds b = clairvoyant.bounds(s);
      placed += b.placed / kDraws;
      free += b.free / kDraws;
    }
    EXPECT_NEAR(placed, kPlaced[blocks - 1], 0.02) << blocks;
    EXPECT_NEAR(free, kFree[blocks - 1], 0.02) << blocks;
  }
}

}  // namespace
}  // namespace gleaner
