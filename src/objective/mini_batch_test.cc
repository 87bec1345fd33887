#include "objective/mini_batch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <set>

#include "base/random.h"

namespace gleaner {
namespace {

using Rows = std::vector<std::size_t>;

Rows rows_of(const MiniBatch& mini, IndexRange range, std::uint32_t chunk, std::uint64_t round) {
  const BatchRows batch(mini, range, ChunkId(chunk), RoundId(round));
  Rows rows;
  batch.read(0, batch.size(), rows);
  return rows;
}

// The twin: the same draws, kept in a set.
Rows plain_rows(const MiniBatch& mini, IndexRange range, std::uint32_t chunk, std::uint64_t round) {
  Random random({.seed = mini.seed, .purpose = Purpose::batch, .round = round, .position = chunk});
  std::set<std::size_t> chosen;
  for (std::size_t j = range.size() - mini.rows; j < range.size(); ++j) {
    const std::size_t row = range.first + random.below(j + 1);
    if (!chosen.insert(row).second) chosen.insert(range.first + j);
  }
  return {chosen.begin(), chosen.end()};
}

RC_GTEST_PROP(BatchRows, AgreeWithASetOfTheSameDraws, ()) {
  const auto first = *rc::gen::inRange<std::size_t>(0, 200);
  const auto size = *rc::gen::inRange<std::size_t>(2, 200);
  const MiniBatch mini{*rc::gen::inRange<std::size_t>(1, size), *rc::gen::arbitrary<std::uint64_t>()};
  const auto chunk = *rc::gen::inRange<std::uint32_t>(0, 50);
  const auto round = *rc::gen::inRange<std::uint64_t>(1, 50);
  const IndexRange range{first, first + size};
  const Rows rows = rows_of(mini, range, chunk, round);
  RC_ASSERT(rows == plain_rows(mini, range, chunk, round));
  RC_ASSERT(rows.size() == mini.rows);
  RC_ASSERT(rows.front() >= range.first && rows.back() < range.last);
  RC_ASSERT(std::adjacent_find(rows.begin(), rows.end(), std::greater_equal<>()) == rows.end());
}

TEST(BatchRows, AreTheWholeChunkForZeroAndForTooMany) {
  Rows whole(10);
  for (std::size_t i = 0; i < 10; ++i) whole[i] = 20 + i;
  for (const std::size_t rows : {0, 10, 11, 1000}) EXPECT_EQ(rows_of({rows, 1}, {20, 30}, 3, 4), whole);
  EXPECT_TRUE(rows_of({5, 1}, {20, 20}, 3, 4).empty());
}

TEST(BatchRows, DifferBySeedRoundAndChunk) {
  const std::set<Rows> different{rows_of({8, 1}, {0, 100}, 3, 4), rows_of({8, 2}, {0, 100}, 3, 4),
                                 rows_of({8, 1}, {0, 100}, 4, 4), rows_of({8, 1}, {0, 100}, 3, 5)};
  EXPECT_EQ(different.size(), 4U);
}

TEST(BatchRows, TakeEveryRowEquallyOften) {
  constexpr std::size_t kRounds = 20000;
  std::vector<double> taken(20, 0);
  for (std::size_t round = 1; round <= kRounds; ++round) {
    for (const std::size_t row : rows_of({5, 9}, {0, 20}, 0, round)) taken[row] += 1;
  }
  // Each is binomial with n = 20000, p = 1/4: standard deviation 61.
  for (const double count : taken) EXPECT_NEAR(count, kRounds / 4.0, 5 * 61);
}

TEST(BatchRows, CanBeReadInPieces) {
  const BatchRows batch({7, 1}, {0, 30}, ChunkId(1), RoundId(1));
  Rows whole;
  Rows piece;
  Rows together;
  batch.read(0, 7, whole);
  for (const IndexRange part : {IndexRange{0, 3}, {3, 3}, {3, 7}}) {
    batch.read(part.first, part.last, piece);
    together.insert(together.end(), piece.begin(), piece.end());
  }
  EXPECT_EQ(whole, together);
}

// Written down once: runs on record must draw the same samples again.
TEST(BatchRows, AreThoseOfEveryOtherMachine) {
  EXPECT_THAT(rows_of({6, 42}, {100, 1000}, 2, 7), ::testing::ElementsAre(148, 207, 223, 659, 702, 815));
}

}  // namespace
}  // namespace gleaner
