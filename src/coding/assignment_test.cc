#include "coding/assignment.h"

#include <algorithm>
#include <map>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "coding/test_cases.h"

namespace gleaner {
namespace {

using testing::HasSubstr;
using testing_cases::any_assignment;
using testing_cases::any_size;
using Pairs = std::vector<std::pair<ChunkId, WorkerId>>;

std::set<std::pair<std::uint32_t, std::uint32_t>> pairs_of(const Assignment& a) {
  std::set<std::pair<std::uint32_t, std::uint32_t>> pairs;
  for (std::uint32_t i = 0; i < a.chunks(); ++i) {
    for (const auto& holder : a.holders_of(ChunkId(i))) pairs.emplace(i, holder.worker.value);
  }
  return pairs;
}

std::size_t load_min(const Assignment& a) {
  std::size_t least = a.copies();
  for (std::uint32_t j = 0; j < a.workers(); ++j) least = std::min(least, a.load(WorkerId(j)));
  return least;
}

TEST(Assignment, CyclicOfThePaper) {
  // Six chunks on six workers, three times each: chunk i on workers i, i+1, i+2 mod 6.
  const Assignment a = Assignment::cyclic(6, 6, 3).value();
  EXPECT_EQ(a.chunks(), 6U);
  EXPECT_EQ(a.workers(), 6U);
  const auto of_worker_1 = a.chunks_of(WorkerId(1));
  EXPECT_THAT(std::vector(of_worker_1.begin(), of_worker_1.end()),
              testing::ElementsAre(ChunkId(0), ChunkId(1), ChunkId(5)));
  EXPECT_EQ(a.slot_of(WorkerId(1), ChunkId(5)), Slot(2));
  EXPECT_EQ(a.slot_of(WorkerId(1), ChunkId(2)), std::nullopt);
  EXPECT_EQ(a.chunk_at(WorkerId(1), Slot(2)), ChunkId(5));
}

RC_GTEST_PROP(Assignment, CyclicFollowsItsFormulaForAnySizes, ()) {
  const std::size_t chunks = any_size(1, 40);
  const std::size_t workers = any_size(1, 40);
  const std::size_t replication = any_size(1, workers);
  const Assignment a = Assignment::cyclic(chunks, workers, replication).value();
  std::set<std::pair<std::uint32_t, std::uint32_t>> expected;
  for (std::size_t i = 0; i < chunks; ++i) {
    for (std::size_t k = 0; k < replication; ++k) {
      expected.emplace(i, (i * workers / chunks + k) % workers);
    }
  }
  RC_ASSERT(pairs_of(a) == expected);
  RC_ASSERT(a.load_max() - load_min(a) <= 1U);  // regular_graph() starts from this
}

// Everything at once: a worker is in group j / gamma, and the groups share the chunks out in ascending order.
RC_GTEST_PROP(Assignment, FractionalRepetitionMakesGroupsOfTwins, ()) {
  const std::size_t chunks = any_size(1, 40);
  const std::size_t replication = any_size(1, 6);
  const std::size_t groups = any_size(1, 8);
  const Assignment a = Assignment::fractional_repetition(chunks, groups * replication, replication).value();
  RC_ASSERT(a.replication_min() == replication);
  RC_ASSERT(a.replication_max() == replication);
  RC_ASSERT(a.load_max() - load_min(a) <= 1U);
  std::uint32_t next = 0;
  for (std::uint32_t j = 0; j < a.workers(); ++j) {
    const auto own = a.chunks_of(WorkerId(j));
    RC_ASSERT(
        std::ranges::equal(own, a.chunks_of(WorkerId(j - j % static_cast<std::uint32_t>(replication)))));
    if (j % replication != 0) continue;
    for (const ChunkId chunk : own) RC_ASSERT(chunk == ChunkId(next++));
  }
  RC_ASSERT(next == chunks);
}

TEST(Assignment, FractionalRepetitionNeedsFullGroups) {
  EXPECT_THAT(Assignment::fractional_repetition(8, 8, 3).error().sentence(),
              HasSubstr("8 workers cannot be split into groups of 3"));
  EXPECT_THAT(Assignment::fractional_repetition(8, 2, 3).error().sentence(), HasSubstr("replication 3"));
  EXPECT_FALSE(Assignment::fractional_repetition(8, 4, 0).ok());
}

RC_GTEST_PROP(Assignment, RegularGraphIsSimpleAndBalanced, (std::uint64_t seed)) {
  const std::size_t chunks = any_size(1, 40);
  const std::size_t workers = any_size(1, 40);
  const std::size_t replication = any_size(1, workers);
  const Assignment a = Assignment::regular_graph(chunks, workers, replication, seed).value();
  RC_ASSERT(a.chunks() == chunks);
  RC_ASSERT(a.workers() == workers);
  RC_ASSERT(a.replication_min() == replication);
  RC_ASSERT(a.replication_max() == replication);
  RC_ASSERT(pairs_of(a).size() == chunks * replication);  // no holder twice
  RC_ASSERT(a.load_max() - load_min(a) <= 1U);
  RC_ASSERT(a == Assignment::regular_graph(chunks, workers, replication, seed).value());
}

TEST(Assignment, RegularGraphForgetsTheCyclicPlacement) {
  // In a random 8-regular graph on 200 + 200 nodes two chunks share 64 / 200 holders on average, neighbours
  // as well as any others; in the cyclic placement neighbours share 7.
  double shared = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const Assignment a = Assignment::regular_graph(200, 200, 8, seed).value();
    for (std::uint32_t i = 0; i + 1 < 200; ++i) {
      for (const auto& holder : a.holders_of(ChunkId(i))) {
        shared += a.slot_of(holder.worker, ChunkId(i + 1)).has_value() ? 1 : 0;
      }
    }
  }
  EXPECT_NEAR(shared / (20 * 199), 64.0 / 200, 0.05);
  EXPECT_NE(Assignment::regular_graph(200, 200, 8, 1).value(),
            Assignment::regular_graph(200, 200, 8, 2).value());
}

TEST(Assignment, RegularGraphSpreadsOddChunksOverTheWorkers) {
  std::map<std::uint32_t, int> heavy;  // 4 chunks on 3 workers: one worker has 2
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    const Assignment a = Assignment::regular_graph(4, 3, 1, seed).value();
    for (std::uint32_t j = 0; j < 3; ++j) heavy[j] += a.load(WorkerId(j)) == 2 ? 1 : 0;
  }
  for (std::uint32_t j = 0; j < 3; ++j) EXPECT_GT(heavy[j], 5) << "worker " << j;
}

RC_GTEST_PROP(Assignment, BothViewsAgree, ()) {
  const Assignment a = any_assignment();
  std::size_t copies = 0;
  for (std::uint32_t j = 0; j < a.workers(); ++j) {
    const auto chunks = a.chunks_of(WorkerId(j));
    RC_ASSERT(std::is_sorted(chunks.begin(), chunks.end()));
    copies += chunks.size();
    for (std::uint32_t s = 0; s < chunks.size(); ++s) {
      const auto holders = a.holders_of(chunks[s]);
      const Assignment::Holder self{WorkerId(j), Slot(s)};
      RC_ASSERT(std::count(holders.begin(), holders.end(), self) == 1);
      RC_ASSERT(a.slot_of(WorkerId(j), chunks[s]) == Slot(s));
    }
  }
  RC_ASSERT(a.copies() == copies);
  for (std::uint32_t i = 0; i < a.chunks(); ++i) {
    const auto holders = a.holders_of(ChunkId(i));
    RC_ASSERT(std::is_sorted(holders.begin(), holders.end(),
                             [](const auto& x, const auto& y) { return x.worker < y.worker; }));
    RC_ASSERT(a.replication(ChunkId(i)) >= a.replication_min());
    RC_ASSERT(a.replication(ChunkId(i)) <= a.replication_max());
    copies -= holders.size();
  }
  RC_ASSERT(copies == 0U);
}

RC_GTEST_PROP(Assignment, OrderOfPairsDoesNotMatter, ()) {
  const Assignment a = any_assignment();
  Pairs pairs;
  for (const auto& [chunk, worker] : pairs_of(a)) pairs.emplace_back(chunk, worker);
  Random random = testing_cases::any_random();
  random.shuffle(std::span(pairs));
  RC_ASSERT(Assignment::from_pairs(a.chunks(), a.workers(), pairs).value() == a);
}

std::string complaint(std::size_t chunks, std::size_t workers, const Pairs& pairs) {
  const auto made = Assignment::from_pairs(chunks, workers, pairs);
  return made ? "no complaint" : made.error().sentence();
}

TEST(Assignment, PairsAreChecked) {
  const auto pair = [](std::uint32_t i, std::uint32_t j) { return std::pair(ChunkId(i), WorkerId(j)); };
  EXPECT_EQ(complaint(2, 2, {pair(0, 0), pair(1, 1)}), "no complaint");
  EXPECT_THAT(complaint(2, 2, {pair(0, 0), pair(1, 2)}), HasSubstr("worker 2) lies outside"));
  EXPECT_THAT(complaint(2, 2, {pair(0, 0), pair(1, 1), pair(2, 0)}), HasSubstr("(chunk 2, "));
  EXPECT_THAT(complaint(2, 2, {pair(0, 0), pair(1, 1), pair(0, 0)}),
              HasSubstr("worker 0 is given chunk 0 twice"));
  EXPECT_THAT(complaint(3, 2, {pair(0, 0), pair(2, 1)}), HasSubstr("chunk 1 has no holder"));
  EXPECT_THAT(complaint(3, 2, {pair(0, 0), pair(1, 1)}), HasSubstr("chunk 2 has no holder"));
  EXPECT_THAT(complaint(1, 2, {}), HasSubstr("chunk 0 has no holder"));
  EXPECT_THAT(complaint(0, 2, {}), HasSubstr("0 chunks"));
  EXPECT_THAT(complaint(1, 0, {}), HasSubstr("0 workers"));
}

TEST(Assignment, GeneratorsAreCheckedToo) {
  for (const auto make :
       {+[](std::size_t n, std::size_t m, std::size_t g) { return Assignment::cyclic(n, m, g); },
        +[](std::size_t n, std::size_t m, std::size_t g) { return Assignment::regular_graph(n, m, g, 1); }}) {
    EXPECT_THAT(make(0, 2, 1).error().sentence(), HasSubstr("0 chunks"));
    EXPECT_THAT(make(2, 0, 1).error().sentence(), HasSubstr("0 workers"));
    EXPECT_THAT(make(2, 2, 0).error().sentence(), HasSubstr("replication is 0"));
    EXPECT_THAT(make(2, 2, 3).error().sentence(),
                HasSubstr("replication 3 needs 3 different workers, but there are 2"));
    EXPECT_THAT(make(std::size_t{1} << 40U, 2, 1).error().sentence(), HasSubstr("limit"));
    EXPECT_THAT(make(2, std::size_t{1} << 40U, 1).error().sentence(), HasSubstr("limit"));
    EXPECT_THAT(make(1U << 24U, 1U << 24U, 1U << 24U).error().sentence(), HasSubstr("copies"));
  }
}

}  // namespace
}  // namespace gleaner
