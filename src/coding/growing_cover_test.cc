#include "coding/growing_cover.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "coding/max_flow.h"
#include "coding/test_cases.h"
#include "support/draws.h"

namespace gleaner {
namespace {

// What the calls so far allow, and the largest cover of it by a flow from scratch.
struct Twin {
  const Assignment& a;
  std::size_t blocks;
  std::vector<SlotSet> done;
  std::vector<SlotSet> closed;  // done or forbidden
  std::vector<std::int64_t> may_do;

  Twin(const Assignment& assignment, std::size_t l)
      : a(assignment), blocks(l), done(a.workers()), closed(a.workers()), may_do(a.workers(), 0) {}

  [[nodiscard]] std::size_t missing() const {
    const std::size_t source = a.workers() + a.chunks();
    MaxFlow flow(source + 2);
    const auto there = testing_cases::copies_in(a, done);
    std::int64_t wanted = 0;
    for (std::uint32_t j = 0; j < a.workers(); ++j) {
      flow.add_edge(source, j, may_do[j]);
      for (std::uint32_t s = 0; s < a.load(WorkerId(j)); ++s) {
        if (closed[j].contains(Slot(s))) continue;
        flow.add_edge(j, a.workers() + a.chunk_at(WorkerId(j), Slot(s)).index(), 1);
      }
    }
    for (std::size_t i = 0; i < a.chunks(); ++i) {
      const auto lacks = static_cast<std::int64_t>(blocks - std::min(blocks, there[i]));
      wanted += lacks;
      flow.add_edge(a.workers() + i, source + 1, lacks);
    }
    return static_cast<std::size_t>(wanted - flow.run(source, source + 1));
  }
};

// The cover is one: nobody does more than he may, nothing that he must not, and the copies are what is said.
void check_cover(const GrowingCover& cover, const Twin& twin) {
  std::vector<SlotSet> all = twin.done;
  for (std::uint32_t j = 0; j < twin.a.workers(); ++j) {
    const SlotSet dealt = cover.chunks_of(WorkerId(j));
    RC_ASSERT((dealt - twin.closed[j]).count() == dealt.count());
    RC_ASSERT(static_cast<std::int64_t>(dealt.count()) <= twin.may_do[j]);
    all[j] |= dealt;
  }
  std::size_t missing = 0;
  for (const std::size_t n : testing_cases::copies_in(twin.a, all))
    missing += twin.blocks - std::min(twin.blocks, n);
  RC_ASSERT(cover.missing() == missing);
}

RC_GTEST_PROP(GrowingCover, IsAsLargeAsAFlowFromScratchAfterEveryCall, ()) {
  const Assignment a = testing_cases::any_assignment(1, 8);
  const std::size_t blocks = test::any_between(1, 3);
  Random random = testing_cases::any_random();
  GrowingCover cover(a, blocks);
  for (int round = 0; round < 2; ++round) {
    cover.restart();
    Twin twin(a, blocks);
    for (std::uint32_t j = 0; j < a.workers(); ++j) {
      SlotSet forbidden;
      for (std::uint32_t s = 0; s < a.load(WorkerId(j)); ++s) {
        const std::uint64_t fate = random.below(8);
        if (fate == 0) twin.done[j].insert(Slot(s));
        if (fate == 1) forbidden.insert(Slot(s));
      }
      cover.forbid(WorkerId(j), forbidden);
      cover.add_done(WorkerId(j), twin.done[j]);
      twin.closed[j] = forbidden | twin.done[j];
    }
    RC_ASSERT(cover.missing() == twin.missing());
    for (int call = 0; call < 40; ++call) {
      const WorkerId j(static_cast<std::uint32_t>(random.below(a.workers())));
      const std::size_t before = cover.missing();
      bool grew = false;
      if (random.below(3) > 0) {
        ++twin.may_do[j.index()];
        grew = cover.grow(j);
      } else if (a.load(j) > 0) {
        grew = cover.grow(j, Slot(static_cast<std::uint32_t>(random.below(a.load(j)))));
        twin.may_do[j.index()] += grew ? 1 : 0;
      }
      RC_ASSERT(cover.missing() == before - (grew ? 1 : 0));
      RC_ASSERT(cover.missing() == twin.missing());
    }
    check_cover(cover, twin);
  }
}

TEST(GrowingCover, AChunkOfOnesOwnIsForWhoMayDoItAndIfItIsShort) {
  const Assignment a = Assignment::cyclic(2, 2, 2).value();
  GrowingCover cover(a, 1);
  cover.forbid(WorkerId(0), SlotSet::single(Slot(0)));
  EXPECT_FALSE(cover.grow(WorkerId(0), Slot(0)));
  EXPECT_TRUE(cover.grow(WorkerId(0), Slot(1)));
  EXPECT_FALSE(cover.grow(WorkerId(0), Slot(1)));  // it does it already
  EXPECT_EQ(cover.missing(), 1U);
  EXPECT_FALSE(cover.grow(WorkerId(0)));  // nothing is left that it may do
  EXPECT_TRUE(cover.grow(WorkerId(1)));
  EXPECT_EQ(cover.missing(), 0U);
}

}  // namespace
}  // namespace gleaner
