#include "coding/holder_subsets.h"

#include <set>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "coding/test_cases.h"

namespace gleaner {
namespace {

using Labels = std::vector<std::uint32_t>;

std::set<Labels> as_set(const Subsets& subsets) {
  std::set<Labels> result;
  for (std::size_t k = 0; k < subsets.count(); ++k) result.insert({subsets[k].begin(), subsets[k].end()});
  return result;
}

// All subsets of the holders by bit patterns.
std::set<Labels> by_bit_patterns(const Assignment& a, const Labels& label, std::size_t blocks) {
  std::set<Labels> result;
  for (std::uint32_t i = 0; i < a.chunks(); ++i) {
    const auto holders = a.holders_of(ChunkId(i));
    for (std::uint32_t bits = 0; bits < (1U << holders.size()); ++bits) {
      Labels chosen;
      for (std::size_t h = 0; h < holders.size(); ++h) {
        if ((bits >> h & 1U) != 0) chosen.push_back(label[holders[h].worker.index()]);
      }
      std::sort(chosen.begin(), chosen.end());
      if (chosen.size() == blocks) result.insert(chosen);
    }
  }
  return result;
}

Labels any_labels(std::size_t workers) {
  Random random = testing_cases::any_random();
  Labels label(workers);
  for (std::uint32_t& value : label) value = static_cast<std::uint32_t>(random.below(workers));
  return label;
}

RC_GTEST_PROP(HolderSubsets, AreAllAndNoneTwice, ()) {
  const Assignment a = testing_cases::any_assignment(1, 8);
  const Labels label = any_labels(a.workers());
  const std::size_t blocks = testing_cases::any_size(1, 5);
  const Subsets subsets = holder_subsets(a, label, blocks, 1000, 0);
  RC_ASSERT(subsets.complete);
  const std::set<Labels> expected = by_bit_patterns(a, label, blocks);
  RC_ASSERT(as_set(subsets) == expected);
  RC_ASSERT(subsets.count() == expected.size());
}

RC_GTEST_PROP(HolderSubsets, ASampleIsPartOfThem, ()) {
  const Assignment a = testing_cases::any_assignment(1, 8);
  const Labels label = any_labels(a.workers());
  const std::size_t blocks = testing_cases::any_size(1, 5);
  const std::size_t sample = testing_cases::any_size(1, 20);
  const Subsets subsets = holder_subsets(a, label, blocks, 3, sample);
  const std::set<Labels> all = by_bit_patterns(a, label, blocks);
  RC_ASSERT(subsets.complete || subsets.count() <= sample);
  RC_ASSERT(!subsets.complete || subsets.count() == all.size());
  RC_ASSERT((subsets.count() == 0) == all.empty());
  const Subsets fewer = thinned(subsets, 2);
  RC_ASSERT(fewer.count() == std::min<std::size_t>(subsets.count(), 2));
  RC_ASSERT(fewer.complete == (subsets.complete && subsets.count() <= 2));
  for (const Labels& subset : as_set(fewer)) RC_ASSERT(all.contains(subset));
  for (const Labels& subset : as_set(subsets)) RC_ASSERT(all.contains(subset));
}

}  // namespace
}  // namespace gleaner
