#include "base/range.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace gleaner {
namespace {

RC_GTEST_PROP(Range, PartsFollowOneAnotherAndDifferByOneAtMost, ()) {
  const auto size = *rc::gen::inRange<std::size_t>(0, 500);
  const auto parts = *rc::gen::inRange<std::size_t>(1, 60);
  std::size_t next = 0;
  for (std::size_t k = 0; k < parts; ++k) {
    const IndexRange part = part_of(size, k, parts);
    RC_ASSERT(part.first == next);
    RC_ASSERT(part.size() == size / parts || part.size() == size / parts + 1);
    RC_ASSERT(part.empty() == (part.size() == 0));
    next = part.last;
  }
  RC_ASSERT(next == size);
}

TEST(Range, IsAValue) {
  EXPECT_EQ((IndexRange{2, 5}), (IndexRange{2, 5}));
  EXPECT_EQ((IndexRange{2, 5}).size(), 3U);
  EXPECT_TRUE(IndexRange().empty());
}

}  // namespace
}  // namespace gleaner
