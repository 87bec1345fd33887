#include "coding/ordering.h"

#include <algorithm>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "coding/test_cases.h"
#include "support/shared_data.h"

namespace gleaner {
namespace {

using testing::HasSubstr;
using testing_cases::any_assignment;
using testing_cases::any_regular;
using testing_cases::any_size;

std::vector<std::vector<Slot>> slots_of(const Assignment& a, const Ordering& ordering) {
  std::vector<std::vector<Slot>> order;
  for (std::uint32_t j = 0; j < a.workers(); ++j) {
    order.emplace_back(ordering.of(WorkerId(j)).begin(), ordering.of(WorkerId(j)).end());
  }
  return order;
}

// The definition of Q_max, word for word: look at every state (c_1 .. c_m) of the cluster in which some chunk
// has fewer than l copies.
std::size_t q_max_by_all_states(const Assignment& a, const Ordering& ordering, std::size_t blocks) {
  std::vector<std::size_t> done(a.workers(), 0);
  std::size_t most = 0;
  while (true) {
    std::vector<std::size_t> copies(a.chunks(), 0);
    std::size_t processed = 0;
    for (std::uint32_t j = 0; j < a.workers(); ++j) {
      processed += done[j];
      for (std::size_t p = 0; p < done[j]; ++p)
        ++copies[a.chunk_at(WorkerId(j), ordering.of(WorkerId(j))[p]).index()];
    }
    if (*std::min_element(copies.begin(), copies.end()) < blocks) most = std::max(most, processed);
    std::uint32_t j = 0;
    while (j < a.workers() && done[j] == a.load(WorkerId(j))) done[j++] = 0;
    if (j == a.workers()) return most + 1;
    ++done[j];
  }
}

RC_GTEST_PROP(Ordering, QMaxIsTheWorstOverAllStates, ()) {
  const Assignment a = any_assignment(1, 4);
  const Ordering ordering = Ordering::random(a, *rc::gen::arbitrary<std::uint64_t>());
  const std::size_t blocks = any_size(1, a.replication_max() + 1);
  RC_ASSERT(q_max(a, ordering, blocks) == q_max_by_all_states(a, ordering, blocks));
}

// Theorem of the paper (protocol.md section 6), by Koenig's theorem on edge colourings.
RC_GTEST_PROP(Ordering, RegularOrderPutsEveryChunkOnceInEveryPosition, (std::uint64_t seed)) {
  const Assignment a = any_regular();
  const std::size_t delta = a.load_max();
  for (const Ordering& ordering : {Ordering::optimal(a), Ordering::mixed(a, seed)}) {
    for (std::size_t position = 0; position < delta; ++position) {
      std::set<std::uint32_t> seen;
      for (std::uint32_t j = 0; j < a.workers(); ++j) {
        seen.insert(a.chunk_at(WorkerId(j), ordering.of(WorkerId(j))[position]).value);
      }
      RC_ASSERT(seen.size() == a.chunks());
    }
    for (std::size_t l = 1; l <= delta; ++l) {
      RC_ASSERT(q_max(a, ordering, l) == 1 + a.workers() * delta - (delta - l + 1) * (delta - l + 2) / 2);
    }
    RC_ASSERT(q_max(a, ordering, 1) == q_max_lower_bound(a, 1));  // so it is optimal for l = 1
  }
}

RC_GTEST_PROP(Ordering, NoOrderBeatsTheLowerBound, (std::uint64_t seed)) {
  const Assignment a = any_assignment();
  for (std::size_t l = 1; l <= a.replication_max(); ++l) {
    for (const Ordering& ordering :
         {Ordering::optimal(a), Ordering::random(a, seed), Ordering::ascending(a)}) {
      RC_ASSERT(q_max(a, ordering, l) >= q_max_lower_bound(a, l));
    }
  }
}

TEST(Ordering, LowerBoundIsRoundedUp) {
  // Two chunks, three workers with loads 2, 1, 1: W = 4, tails 3 + 1 + 1 = 5, 1 + 4 - 5 / 2 = 2.5.
  const std::vector<std::pair<ChunkId, WorkerId>> pairs = {{ChunkId(0), WorkerId(0)},
                                                           {ChunkId(1), WorkerId(0)},
                                                           {ChunkId(0), WorkerId(1)},
                                                           {ChunkId(1), WorkerId(2)}};
  const Assignment a = Assignment::from_pairs(2, 3, pairs).value();
  EXPECT_EQ(q_max_lower_bound(a, 1), 3U);
  EXPECT_EQ(q_max(a, Ordering::optimal(a), 1), 3U);
}

TEST(Ordering, QMaxIsNeverWithTooFewHolders) {
  const Assignment a = Assignment::cyclic(5, 5, 2).value();
  EXPECT_EQ(q_max(a, Ordering::ascending(a), 3), 11U);
}

TEST(Ordering, CyclicGivesTheShiftsOfThePaper) {
  const Assignment a = Assignment::cyclic(200, 200, 8).value();
  const Ordering ordering = Ordering::optimal(a);
  for (std::uint32_t j = 0; j < 200; ++j) {
    for (std::uint32_t p = 0; p < 8; ++p) {
      EXPECT_EQ(a.chunk_at(WorkerId(j), ordering.of(WorkerId(j))[p]), ChunkId((j + 200 - p) % 200));
    }
  }
  EXPECT_NE(Ordering::mixed(a, 1), ordering);
  EXPECT_NE(Ordering::mixed(a, 1), Ordering::mixed(a, 2));
  EXPECT_EQ(Ordering::mixed(a, 1), Ordering::mixed(a, 1));
}

TEST(Ordering, QMaxOnTheGraphOfThePaper) {
  GLEANER_SHARED_FILE(path, "reference/assignment-g1.csv");
  const Assignment g1 = Assignment::from_csv(read_file(path), path.string()).value();
  const Ordering ordering = Ordering::optimal(g1);
  EXPECT_EQ(q_max(g1, ordering, 1), 1565U);
  EXPECT_EQ(q_max(g1, ordering, 2), 1573U);
  EXPECT_EQ(q_max(g1, ordering, 3), 1580U);
}

RC_GTEST_PROP(Ordering, EveryKindIsAPermutationOfTheSlots, (std::uint64_t seed)) {
  const Assignment a = any_assignment();
  for (const Ordering& ordering :
       {Ordering::optimal(a), Ordering::mixed(a, seed), Ordering::random(a, seed), Ordering::ascending(a)}) {
    RC_ASSERT(ordering.workers() == a.workers());
    RC_ASSERT(Ordering::from_slots(a, slots_of(a, ordering)).value() == ordering);
    for (std::uint32_t j = 0; j < a.workers(); ++j) {
      for (std::size_t p = 0; p < a.load(WorkerId(j)); ++p) {
        RC_ASSERT(ordering.position(WorkerId(j), ordering.of(WorkerId(j))[p]) == p);
      }
    }
  }
  RC_ASSERT(Ordering::random(a, seed) == Ordering::random(a, seed));
}

// With K = min(load, replication) layers the copies of a chunk of replication <= K lie in different layers,
// and a worker of load W = parts K has `parts` places per layer: so no two of its copies that share a layer.
RC_GTEST_PROP(Ordering, MoreChunksThanWorkersAreSpreadOverTheLayers, (std::uint64_t seed)) {
  const std::size_t workers = any_size(2, 12);
  const std::size_t parts = any_size(1, 4);
  const std::size_t replication = any_size(1, workers);
  const Assignment a = *rc::gen::arbitrary<bool>()
                           ? Assignment::cyclic(workers * parts, workers, replication).value()
                           : Assignment::regular_graph(workers * parts, workers, replication, seed).value();
  const Ordering ordering = Ordering::optimal(a);
  for (std::uint32_t i = 0; i < a.chunks(); ++i) {
    std::set<std::size_t> layers;
    for (const auto& [worker, slot] : a.holders_of(ChunkId(i)))
      layers.insert(ordering.position(worker, slot) / parts);
    RC_ASSERT(layers.size() == replication);
  }
}

TEST(Ordering, SpreadsUnequalInstancesBetterThanChance) {
  const Assignment more_chunks = Assignment::cyclic(500, 200, 8).value();
  const Assignment fewer_chunks = Assignment::regular_graph(120, 200, 8, 3).value();
  for (const Assignment* a : {&more_chunks, &fewer_chunks}) {
    for (std::size_t l = 1; l <= 3; ++l) {
      EXPECT_LE(q_max(*a, Ordering::optimal(*a), l), q_max(*a, Ordering::random(*a, 1), l));
      EXPECT_LT(q_max(*a, Ordering::optimal(*a), l), q_max(*a, Ordering::ascending(*a), l));
    }
  }
}

TEST(Ordering, RandomPermutationsAreUniform) {
  const Assignment a = Assignment::cyclic(3, 3, 3).value();
  std::map<std::vector<Slot>, int> seen;
  for (std::uint64_t seed = 0; seed < 600; ++seed) ++seen[slots_of(a, Ordering::random(a, seed))[1]];
  EXPECT_EQ(seen.size(), 6U);
  for (const auto& [order, times] : seen) EXPECT_NEAR(times, 100, 40);
}

TEST(Ordering, FromSlotsIsChecked) {
  const Assignment a = Assignment::cyclic(2, 2, 2).value();
  const auto complaint = [&](std::vector<std::vector<Slot>> order) {
    const auto made = Ordering::from_slots(a, std::move(order));
    return made ? "no complaint" : made.error().sentence();
  };
  EXPECT_EQ(complaint({{Slot(1), Slot(0)}, {Slot(0), Slot(1)}}), "no complaint");
  EXPECT_THAT(complaint({{Slot(1), Slot(0)}}), HasSubstr("names 1 workers, but there are 2"));
  EXPECT_THAT(complaint({{Slot(1), Slot(0)}, {Slot(1), Slot(1)}}), HasSubstr("order of worker 1"));
  EXPECT_THAT(complaint({{Slot(1)}, {Slot(0), Slot(1)}}), HasSubstr("order of worker 0"));
  EXPECT_THAT(complaint({{Slot(1), Slot(0)}, {Slot(0), Slot(2)}}), HasSubstr("order of worker 1"));
}

TEST(Ordering, RegularMeansSquareAndEqual) {
  EXPECT_TRUE(is_regular(Assignment::cyclic(6, 6, 2).value()));
  EXPECT_FALSE(is_regular(Assignment::cyclic(6, 3, 2).value()));
  const std::vector<std::pair<ChunkId, WorkerId>> unequal = {{ChunkId(0), WorkerId(0)},
                                                             {ChunkId(1), WorkerId(0)}};
  EXPECT_FALSE(is_regular(Assignment::from_pairs(2, 2, unequal).value()));
}

}  // namespace
}  // namespace gleaner
