#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "coding/ordering.h"
#include "coding/test_cases.h"

namespace gleaner {
namespace {

using testing_cases::any_assignment;
using testing_cases::any_size;

// The mean of the time at which every chunk has l copies, over rounds with one exponential chunk time per
// worker.
double mean_time(const Assignment& a, const Ordering& order, std::size_t blocks, std::uint64_t rounds) {
  double sum = 0;
  for (std::uint64_t round = 0; round < rounds; ++round) {
    Random random({.seed = 5, .purpose = Purpose::test, .round = round});
    std::vector<double> speed(a.workers());
    for (double& s : speed) s = random.exponential(1);
    double over = 0;
    for (std::uint32_t i = 0; i < a.chunks(); ++i) {
      std::vector<double> done;
      for (const auto& [worker, slot] : a.holders_of(ChunkId(i))) {
        done.push_back(speed[worker.index()] * static_cast<double>(order.position(worker, slot) + 1));
      }
      std::sort(done.begin(), done.end());
      over = std::max(over, done[blocks - 1]);
    }
    sum += over;
  }
  return sum / static_cast<double>(rounds);
}

// 200 chunks on 200 workers; replications from `least` to `most`; of the odd workers most draws are turned
// down.
Assignment unequal(std::size_t least, std::size_t most, bool skewed) {
  Random random({.seed = 3, .purpose = Purpose::test});
  std::set<std::pair<ChunkId, WorkerId>> pairs;
  for (std::uint32_t i = 0; i < 200; ++i) {
    std::size_t missing = least + random.below(most - least + 1);
    while (missing > 0) {
      const auto j = static_cast<std::uint32_t>(random.below(200));
      if (skewed && j % 2 == 1 && random.uniform() < 0.7) continue;
      missing -= pairs.emplace(i, j).second ? 1 : 0;
    }
  }
  const std::vector<std::pair<ChunkId, WorkerId>> list(pairs.begin(), pairs.end());
  return Assignment::from_pairs(200, 200, list).value();
}

TEST(OrderingSearch, RoundsOfIrregularInstancesAreShorterInTheMean) {
  const Assignment more_chunks = Assignment::cyclic(500, 200, 8).value();
  const Assignment fewer_chunks = Assignment::regular_graph(120, 200, 8, 3).value();
  const Assignment groups = Assignment::fractional_repetition(300, 200, 5).value();
  const Assignment replications = unequal(4, 12, false);
  const Assignment loads = unequal(8, 8, true);
  for (const Assignment* a : {&more_chunks, &fewer_chunks, &groups, &replications, &loads}) {
    for (std::size_t l = 1; l <= 3; ++l) {
      const double searched = mean_time(*a, Ordering::for_mean_time(*a, l), l, 400);
      EXPECT_LT(searched, mean_time(*a, Ordering::optimal(*a), l, 400))
          << a->chunks() << " chunks, l = " << l;
      EXPECT_LT(searched, 0.96 * mean_time(*a, Ordering::random(*a, 1), l, 400))
          << a->chunks() << " chunks, l = " << l;
    }
  }
  EXPECT_LT(mean_time(replications, Ordering::for_mean_time(replications, 2), 2, 400),
            0.7 * mean_time(replications, Ordering::optimal(replications), 2, 400));
}

TEST(OrderingSearch, WorstCasesOfIrregularInstancesComeNearTheBound) {
  const Assignment replications = unequal(4, 12, false);
  const Assignment loads = unequal(8, 8, true);
  const Assignment more_chunks = Assignment::cyclic(500, 200, 8).value();
  for (const Assignment* a : {&replications, &loads, &more_chunks}) {
    for (std::size_t l = 1; l <= 3; ++l) {
      const std::size_t searched = q_max(*a, Ordering::for_worst_case(*a, l), l);
      EXPECT_LT(searched, q_max(*a, Ordering::optimal(*a), l));
      EXPECT_LE(static_cast<double>(searched), 1.006 * static_cast<double>(q_max_lower_bound(*a, l)));
    }
  }
  EXPECT_EQ(q_max(replications, Ordering::for_worst_case(replications, 1), 1),
            q_max_lower_bound(replications, 1))
      << "optimal, and proven";
}

// Calls f for every ordering.
template <class F>
void for_each_ordering(const Assignment& a, F&& f) {
  std::vector<std::vector<Slot>> order(a.workers());
  for (std::uint32_t j = 0; j < a.workers(); ++j) {
    for (std::uint32_t s = 0; s < a.load(WorkerId(j)); ++s) order[j].emplace_back(s);
  }
  std::size_t j = 0;
  while (j < order.size()) {
    f(Ordering::from_slots(a, order).value());
    for (j = 0; j < order.size() && !std::next_permutation(order[j].begin(), order[j].end());) ++j;
  }
}

TEST(OrderingSearch, ComesNearTheBestOfAllOrdersOfSmallInstances) {
  std::size_t worst_cases = 0;
  std::size_t proven_best = 0;
  double ratios = 0;
  constexpr std::uint64_t kCases = 30;
  for (std::uint64_t seed = 0; seed < kCases; ++seed) {
    const Assignment a = testing_cases::enumerable_assignment(seed, 300);
    std::size_t least = a.copies() + 1;
    double shortest = std::numeric_limits<double>::infinity();
    for_each_ordering(a, [&](const Ordering& order) {
      least = std::min(least, q_max(a, order, 1));
      shortest = std::min(shortest, mean_time(a, order, 1, 60));
    });
    const std::size_t reached = q_max(a, Ordering::for_worst_case(a, 1), 1);
    EXPECT_LE(reached, least + 1) << seed;
    worst_cases += reached == least ? 1 : 0;
    proven_best += reached == q_max_lower_bound(a, 1) ? 1 : 0;
    ratios += mean_time(a, Ordering::for_mean_time(a, 1), 1, 60) / shortest / kCases;
  }
  EXPECT_GE(worst_cases, 28U);
  EXPECT_GE(proven_best, 28U);
  EXPECT_LE(ratios, 1.02);
}

RC_GTEST_PROP(OrderingSearch, NeverRaisesTheWorstCase, ()) {
  const Assignment a = any_assignment(1, 12);
  const std::size_t l = any_size(0, a.replication_max() + 1);
  RC_ASSERT(q_max(a, Ordering::for_worst_case(a, l), l) <= q_max(a, Ordering::optimal(a), l));
}

// P(exactly `copies` of the holders of a chunk but one have it), over all sets of them.
double exactly(const Assignment& a, const Ordering& order, ChunkId chunk, WorkerId except, std::size_t copies,
               double time, double failing) {
  std::vector<double> done;
  for (const auto& [worker, slot] : a.holders_of(chunk)) {
    if (worker == except) continue;
    const auto position = static_cast<double>(order.position(worker, slot) + 1);
    done.push_back((1 - failing) * (1 - std::exp(-time / position)));
  }
  double sum = 0;
  for (std::uint32_t bits = 0; bits < (1U << done.size()); ++bits) {
    if (static_cast<std::size_t>(std::popcount(bits)) != copies) continue;
    double p = 1;
    for (std::size_t h = 0; h < done.size(); ++h) p *= (bits >> h & 1U) != 0 ? done[h] : 1 - done[h];
    sum += p;
  }
  return sum;
}

double half_time_by_its_definition(const Assignment& a, const Ordering& order, std::size_t blocks) {
  const WorkerId nobody(static_cast<std::uint32_t>(a.workers()));
  const auto over = [&](double time) {
    double all = 1;
    for (std::uint32_t i = 0; i < a.chunks(); ++i) {
      double enough = 1;
      for (std::size_t k = 0; k < blocks; ++k) enough -= exactly(a, order, ChunkId(i), nobody, k, time, 0);
      all *= enough;
    }
    return all;
  };
  double high = 1;
  while (over(high) < 0.5) high *= 2;
  double low = high / 2;
  for (int k = 0; k < 6; ++k) (over((low + high) / 2) >= 0.5 ? high : low) = (low + high) / 2;
  return high;
}

// The worker that was sorted last saw the positions that all others kept.
RC_GTEST_PROP(OrderingSearch, TheLastWorkerIsSortedByTheChanceThatItsCopyCounts, ()) {
  const Assignment a = any_assignment(1, 7);
  const std::size_t l = any_size(1, a.replication_min());
  const double time = half_time_by_its_definition(a, Ordering::optimal(a), l);
  const Ordering order = Ordering::for_mean_time(a, l);
  const WorkerId last(static_cast<std::uint32_t>(a.workers() - 1));
  double before = 1;
  for (const Slot slot : order.of(last)) {
    const double counts = exactly(a, order, a.chunk_at(last, slot), last, l - 1, time, 0.05);
    RC_ASSERT(counts <= before + 1e-9);
    before = counts;
  }
}

RC_GTEST_PROP(OrderingSearch, RegularInstancesAreLeftAlone, ()) {
  const Assignment a = testing_cases::any_regular();
  RC_ASSERT(q_max(a, Ordering::for_worst_case(a, 1), 1) == q_max_lower_bound(a, 1));
  RC_ASSERT(Ordering::for_worst_case(a, 1) == Ordering::optimal(a));
}

}  // namespace
}  // namespace gleaner
