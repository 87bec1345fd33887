#include "base/slot_set.h"

#include <algorithm>
#include <iterator>
#include <set>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace gleaner {
namespace {

using Twin = std::set<std::uint32_t>;  // the slow, obvious set

Twin any_twin() {
  const bool beyond_one_word = *rc::gen::arbitrary<bool>();
  return *rc::gen::container<Twin>(rc::gen::inRange<std::uint32_t>(0, beyond_one_word ? 200 : 64));
}

SlotSet set_of(const Twin& twin) {
  SlotSet set;
  for (const std::uint32_t s : twin) set.insert(Slot(s));
  return set;
}

Twin twin_of(const SlotSet& set) {
  Twin twin;
  set.for_each([&](Slot slot) { twin.insert(slot.value); });
  return twin;
}

RC_GTEST_PROP(SlotSet, HoldsWhatWasInserted, ()) {
  const Twin twin = any_twin();
  const SlotSet set = set_of(twin);
  RC_ASSERT(twin_of(set) == twin);
  RC_ASSERT(set.count() == twin.size());
  RC_ASSERT(set.empty() == twin.empty());
  RC_ASSERT(set.extent() == (twin.empty() ? 0U : *twin.rbegin() + 1U));
  for (std::uint32_t s = 0; s < 300; ++s) RC_ASSERT(set.contains(Slot(s)) == twin.contains(s));
}

RC_GTEST_PROP(SlotSet, IsVisitedInAscendingOrder, ()) {
  const Twin twin = any_twin();
  std::vector<std::uint32_t> visited;
  set_of(twin).for_each([&](Slot slot) { visited.push_back(slot.value); });
  RC_ASSERT(visited == std::vector<std::uint32_t>(twin.begin(), twin.end()));
}

RC_GTEST_PROP(SlotSet, CombinesLikeSets, ()) {
  const Twin a = any_twin();
  const Twin b = any_twin();
  Twin both;
  Twin common;
  Twin rest;
  std::ranges::set_union(a, b, std::inserter(both, both.end()));
  std::ranges::set_intersection(a, b, std::inserter(common, common.end()));
  std::ranges::set_difference(a, b, std::inserter(rest, rest.end()));
  RC_ASSERT(twin_of(set_of(a) | set_of(b)) == both);
  RC_ASSERT(twin_of(set_of(a) & set_of(b)) == common);
  RC_ASSERT(twin_of(set_of(a) - set_of(b)) == rest);
  RC_ASSERT(set_of(a).is_subset_of(set_of(b)) == std::ranges::includes(b, a));
  RC_ASSERT(set_of(a).is_subset_of(set_of(a) | set_of(b)));
  RC_ASSERT((set_of(a) == set_of(b)) == (a == b));
}

// The OBSERVED state of protocol.md section 7: duplicates and reordering of reports are harmless.
RC_GTEST_PROP(SlotSet, MergingIsAJoin, ()) {
  const SlotSet a = set_of(any_twin());
  const SlotSet b = set_of(any_twin());
  const SlotSet c = set_of(any_twin());
  RC_ASSERT((a | b) == (b | a));
  RC_ASSERT(((a | b) | c) == (a | (b | c)));
  RC_ASSERT((a | a) == a);
}

RC_GTEST_PROP(SlotSet, EqualityIgnoresHistory, ()) {
  const Twin twin = any_twin();
  SlotSet grown = set_of(twin);
  grown.insert(Slot(1000));
  RC_ASSERT(grown != set_of(twin));
  grown.erase(Slot(1000));
  RC_ASSERT(grown == set_of(twin));
  RC_ASSERT(grown.extent() == set_of(twin).extent());
  for (const std::uint32_t s : twin) grown.erase(Slot(s));
  grown.erase(Slot(77));  // not a member: nothing happens
  RC_ASSERT(grown == SlotSet());
  RC_ASSERT(grown.empty());
}

TEST(SlotSet, FirstSlots) {
  for (const std::size_t n : {0U, 1U, 63U, 64U, 65U, 128U, 130U}) {
    const SlotSet set = SlotSet::first(n);
    EXPECT_EQ(set.count(), n);
    EXPECT_EQ(set.extent(), n);
  }
}

TEST(SlotSet, ClearAndSingle) {
  SlotSet set = SlotSet::first(100);
  set.clear();
  EXPECT_EQ(set, SlotSet());
  EXPECT_EQ(SlotSet::single(Slot(70)).count(), 1U);
  EXPECT_TRUE(SlotSet::single(Slot(70)).contains(Slot(70)));
}

TEST(SlotSet, Text) {
  SlotSet set;
  EXPECT_EQ(set.text(), "{}");
  set.insert(Slot(7));
  set.insert(Slot(0));
  set.insert(Slot(64));
  EXPECT_EQ(set.text(), "{0,7,64}");
}

}  // namespace
}  // namespace gleaner
