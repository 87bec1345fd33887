#include "coding/order_certificate.h"

#include <algorithm>
#include <bit>
#include <limits>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "coding/ordering.h"
#include "coding/test_cases.h"
#include "support/shared_data.h"

namespace gleaner {
namespace {

using testing_cases::any_assignment;
using testing_cases::any_size;

// The smallest Q_max of all orderings.
std::size_t best_q_max(const Assignment& a, std::size_t blocks) {
  std::vector<std::vector<Slot>> order(a.workers());
  for (std::uint32_t j = 0; j < a.workers(); ++j) {
    for (std::uint32_t s = 0; s < a.load(WorkerId(j)); ++s) order[j].emplace_back(s);
  }
  std::size_t best = std::numeric_limits<std::size_t>::max();
  std::size_t j = 0;
  while (j < order.size()) {
    best = std::min(best, q_max(a, Ordering::from_slots(a, order).value(), blocks));
    for (j = 0; j < order.size() && !std::next_permutation(order[j].begin(), order[j].end());) ++j;
  }
  return best;
}

// The heart of the matter: a bound that some order beats is a lie.
RC_GTEST_PROP(OrderCertificate, NoOrderBeatsTheBound, ()) {
  const Assignment a = testing_cases::enumerable_assignment(*rc::gen::arbitrary<std::uint64_t>(), 5000);
  for (std::size_t l = 1; l <= a.replication_max() + 1; ++l) {
    const std::size_t best = best_q_max(a, l);
    RC_ASSERT(q_max_lower_bound(a, l) <= best);
    RC_ASSERT(best <= q_max(a, Ordering::optimal(a), l));
  }
}

// Regular instances of replication 3 are the smallest in which two blocks and a choice of orders meet.
TEST(OrderCertificate, NoOrderOfThreeOrFourWorkersBeatsTheBound) {
  for (const std::size_t workers : {3U, 4U}) {
    const Assignment a = Assignment::cyclic(workers, workers, 3).value();
    for (std::size_t l = 1; l <= 3; ++l) {
      const std::size_t best = best_q_max(a, l);
      EXPECT_LE(q_max_lower_bound(a, l), best) << workers << " workers, l = " << l;
      EXPECT_GE(q_max_lower_bound(a, l) + 1, best) << workers << " workers, l = " << l;
    }
  }
}

// min over all sets S of floor(g'(S) / |S|), g' from its formula.
std::size_t least_mean_tails(const Assignment& a) {
  std::size_t least = a.copies() * a.copies();
  for (std::uint32_t bits = 1; bits < (1U << a.chunks()); ++bits) {
    std::size_t tails = 0;
    for (std::uint32_t j = 0; j < a.workers(); ++j) {
      std::size_t s = 0;
      for (const ChunkId chunk : a.chunks_of(WorkerId(j))) s += bits >> chunk.value & 1U;
      tails += s * a.load(WorkerId(j)) - s * (s - 1) / 2;
    }
    least = std::min(least, tails / static_cast<std::size_t>(std::popcount(bits)));
  }
  return least;
}

RC_GTEST_PROP(OrderCertificate, MinimumCutsFindTheBestSetForOneBlock, ()) {
  const Assignment a = any_assignment(1, 8);
  RC_ASSERT(undone_upper_bound(a, 1, std::numeric_limits<std::size_t>::max()) == least_mean_tails(a));
  RC_ASSERT(undone_upper_bound(a, 1, 0) >= least_mean_tails(a));
}

// What one set proves, against all orders: min over the chunks of the set is never above.
RC_GTEST_PROP(OrderCertificate, EverySetIsHonest, (std::uint64_t seed)) {
  const std::size_t blocks = any_size(1, 3);
  const Assignment a = any_assignment(blocks, 6);
  std::vector<ChunkId> set;
  for (std::uint32_t i = 0; i < a.chunks(); ++i) {
    if (set.empty() || *rc::gen::arbitrary<bool>()) set.emplace_back(i);
  }
  const std::size_t bound = SetCertificate(a, blocks, set).largest_allowed(a.copies());
  for (std::uint64_t k = 0; k < 20; ++k) {
    const Ordering order = Ordering::random(a, seed + k);
    std::size_t least = a.copies();
    for (const ChunkId chunk : set) {
      std::vector<std::size_t> tails;
      for (const auto& [worker, slot] : a.holders_of(chunk)) {
        tails.push_back(a.load(worker) - order.position(worker, slot));
      }
      std::sort(tails.begin(), tails.end());
      std::size_t undone = 0;
      for (std::size_t h = 0; h + blocks <= tails.size(); ++h) undone += tails[h];
      least = std::min(least, undone);
    }
    RC_ASSERT(least <= bound);
  }
}

TEST(OrderCertificate, OnTheGraphOfThePaper) {
  GLEANER_SHARED_FILE(path, "reference/assignment-g1.csv");
  const Assignment g1 = Assignment::from_csv(read_file(path), path.string()).value();
  EXPECT_EQ(q_max_lower_bound(g1, 1), 1565U);  // the order of the paper is optimal
  // For l = 2 its 1573 is not optimal: beyond.md section 5 knows an order with 1572.
  EXPECT_GE(q_max_lower_bound(g1, 2), 1570U);
  EXPECT_LE(q_max_lower_bound(g1, 2), 1572U);
  EXPECT_GE(q_max_lower_bound(g1, 3), 1574U);
  EXPECT_LE(q_max_lower_bound(g1, 3), 1580U);
}

}  // namespace
}  // namespace gleaner
