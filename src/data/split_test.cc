#include "data/split.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/synthetic.h"
#include "data/test_files.h"

namespace gleaner {
namespace {

using ::gleaner::test::TempFolder;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(SplitTail, TestsOnTheLastFraction) {
  const Dataset whole = synthetic_classification(10000, 2, 2, 1);
  const TrainTest parts = split_tail(whole, 0.2).value();
  EXPECT_EQ(parts.train.rows, 8000U);
  EXPECT_EQ(parts.test.rows, 2000U);
  EXPECT_EQ(parts.train.dense[0], whole.dense[0]);
  EXPECT_EQ(parts.test.dense[0], whole.dense[16000]);
  EXPECT_EQ(parts.test.labels.back(), whole.labels.back());
  EXPECT_EQ(parts.test.classes, 2U);
}

TEST(SplitTail, KeepsSparseRowsTogether) {
  const TempFolder folder;
  const Dataset whole = load_dataset({.data = folder.file("f", "0 1:1 2:2\n1\n2 3:3\n0 1:4 3:5\n")}).value();
  const TrainTest parts = split_tail(whole, 0.5).value();
  EXPECT_THAT(parts.train.offsets, ElementsAre(0, 2, 2));
  EXPECT_THAT(parts.test.offsets, ElementsAre(0, 1, 3));
  EXPECT_THAT(parts.test.columns, ElementsAre(2, 0, 2));
  EXPECT_THAT(parts.test.values, ElementsAre(3, 4, 5));
  EXPECT_EQ(parts.train.features, 3U);
  EXPECT_EQ(parts.train.classes, 3U);
}

TEST(SplitTail, CutsTargets) {
  const Dataset whole = synthetic_regression(10, 2, 1);
  const TrainTest parts = split_tail(whole, 0.3).value();
  EXPECT_EQ(parts.train.targets.size(), 7U);
  EXPECT_THAT(parts.test.targets, ElementsAre(whole.targets[7], whole.targets[8], whole.targets[9]));
  EXPECT_EQ(parts.test.classes, 0U);
}

TEST(SplitTail, ZeroKeepsEverythingForTraining) {
  const TempFolder folder;
  const Dataset sparse = load_dataset({.data = folder.file("f", "0 1:1\n1 2:1\n")}).value();
  const Dataset table = load_dataset({.data = folder.file("t.csv", "a,b,y\n1,2,no\n3,4,yes\n")}).value();
  for (const Dataset& whole :
       {synthetic_classification(10, 2, 2, 1), synthetic_regression(10, 2, 1), sparse, table}) {
    const TrainTest parts = split_tail(whole, 0).value();
    EXPECT_EQ(parts.train, whole);
    EXPECT_EQ(parts.test.rows, 0U);
  }
}

TEST(SplitTail, RefusesFractionsThatLeaveNothing) {
  const Dataset whole = synthetic_classification(4, 2, 2, 1);
  EXPECT_THAT(split_tail(whole, 1).error().what, HasSubstr("expected a number in [0, 1)"));
  EXPECT_FALSE(split_tail(whole, -0.1).ok());
  EXPECT_FALSE(split_tail(whole, std::numeric_limits<double>::quiet_NaN()).ok());
  EXPECT_THAT(split_tail(whole, 0.9).error().what, HasSubstr("none of the 4 samples"));
}

TEST(ChunkRanges, CoverTheRowsInOrder) {
  EXPECT_THAT(chunk_ranges(10, 3).value(),
              ElementsAre(IndexRange{0, 3}, IndexRange{3, 6}, IndexRange{6, 10}));
  EXPECT_THAT(chunk_ranges(10, 0).error().what, HasSubstr("0 chunks"));
  EXPECT_THAT(chunk_ranges(2, 3).error().what, HasSubstr("2 samples cannot be cut into 3 chunks"));
}

}  // namespace
}  // namespace gleaner
