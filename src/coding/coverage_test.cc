#include "coding/coverage.h"

#include <cmath>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "coding/test_cases.h"

namespace gleaner {
namespace {

// Everything that a Coverage tells, counted afresh from the sets.
void agrees(const Coverage& coverage, const Assignment& a, const std::vector<SlotSet>& sets,
            std::size_t blocks) {
  const auto copies = testing_cases::copies_in(a, sets);
  std::size_t missing = 0;
  std::size_t short_chunks = 0;
  for (std::uint32_t i = 0; i < a.chunks(); ++i) {
    RC_ASSERT(coverage.copies(ChunkId(i)) == copies[i]);
    RC_ASSERT(coverage.is_short(ChunkId(i)) == (copies[i] < blocks));
    missing += blocks - std::min(blocks, copies[i]);
    short_chunks += copies[i] < blocks ? 1 : 0;
  }
  RC_ASSERT(coverage.residual_squared() == missing);
  RC_ASSERT(coverage.short_chunks() == short_chunks);
  RC_ASSERT(coverage.complete() == (missing == 0));
  const double relative = std::sqrt(static_cast<double>(missing) / static_cast<double>(a.chunks() * blocks));
  RC_ASSERT(std::fabs(coverage.relative_residual() - relative) < 1e-15);
}

RC_GTEST_PROP(Coverage, AgreesWithARecountAfterAnyEvents, ()) {
  const Assignment a = testing_cases::any_assignment();
  const std::size_t blocks = testing_cases::any_size(1, 4);
  RC_PRE(a.copies() > 0U);
  Random random = testing_cases::any_random();
  Coverage coverage(a.chunks(), blocks);
  std::vector<SlotSet> sets(a.workers());
  for (std::size_t event = 0; event < 60; ++event) {
    const WorkerId worker(static_cast<std::uint32_t>(random.below(a.workers())));
    if (a.load(worker) == 0) continue;
    SlotSet& set = sets[worker.index()];
    const Slot slot(static_cast<std::uint32_t>(random.below(a.load(worker))));
    if (random.below(4) == 0) {  // a worker is lost with all that it had
      coverage.remove(a, worker, set);
      set.clear();
    } else if (random.below(4) == 0) {  // several chunks at once
      const SlotSet more = SlotSet::first(a.load(worker)) - set;
      coverage.add(a, worker, more);
      set |= more;
    } else if (set.contains(slot)) {
      coverage.remove(a.chunk_at(worker, slot));
      set.erase(slot);
    } else {
      coverage.add(a.chunk_at(worker, slot));
      set.insert(slot);
    }
    agrees(coverage, a, sets, blocks);
  }
  coverage.clear();
  agrees(coverage, a, std::vector<SlotSet>(a.workers()), blocks);
}

TEST(Coverage, SmallestRelativeResidualOfEightChunks) {
  Coverage coverage(8, 1);
  for (std::uint32_t i = 0; i < 7; ++i) coverage.add(ChunkId(i));
  EXPECT_NEAR(coverage.relative_residual(), 0.354, 0.001);  // protocol.md section 4
  EXPECT_FALSE(coverage.complete());
  coverage.add(ChunkId(7));
  EXPECT_EQ(coverage.relative_residual(), 0);
  EXPECT_TRUE(coverage.complete());
}

TEST(CoverageDeathTest, RemovingWhatIsNotThereIsABug) {
  Coverage coverage(2, 1);
  coverage.add(ChunkId(0));
  EXPECT_DEATH(coverage.remove(ChunkId(1)), "never added");
}

}  // namespace
}  // namespace gleaner
