#include "data/split.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/libsvm.h"
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
  const Dataset whole = read_libsvm(folder.file("f", "0 1:1 2:2\n1\n2 3:3\n0 1:4 3:5\n")).value();
  const TrainTest parts = split_tail(whole, 0.5).value();
  EXPECT_THAT(parts.train.offsets, ElementsAre(0, 2, 2));
  EXPECT_THAT(parts.test.offsets, ElementsAre(0, 1, 3));
  EXPECT_THAT(parts.test.columns, ElementsAre(2, 0, 2));
  EXPECT_THAT(parts.test.values, ElementsAre(3, 4, 5));
  EXPECT_EQ(parts.train.features, 3U);
  EXPECT_EQ(parts.train.classes, 3U);
}

TEST(SplitTail, ZeroKeepsEverythingForTraining) {
  const TempFolder folder;
  const Dataset sparse = read_libsvm(folder.file("f", "0 1:1\n1 2:1\n")).value();
  for (const Dataset& whole : {synthetic_classification(10, 2, 2, 1), sparse}) {
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

TEST(Widen, AddsFeaturesThatAreZero) {
  Dataset data = synthetic_classification(3, 2, 2, 1);
  const Dataset before = data;
  widen(data, 4, 5);
  EXPECT_EQ(data.features, 4U);
  EXPECT_EQ(data.classes, 5U);
  for (std::size_t row = 0; row < 3; ++row) {
    EXPECT_EQ(data.dense[4 * row + 1], before.dense[2 * row + 1]);
    EXPECT_EQ(data.dense[4 * row + 2], 0);
    EXPECT_EQ(data.dense[4 * row + 3], 0);
  }
}

TEST(LoadDataset, TellsTheFormatByTheContent) {
  const TempFolder folder;
  const auto images = folder.gzip_file("x", std::string("\0\0\10\2\0\0\0\1\0\0\0\2ab", 14));
  const auto labels = folder.file("y", std::string("\0\0\10\1\0\0\0\1\1", 9));
  const auto text = folder.gzip_file("z", "1 1:1\n0 2:1\n");
  EXPECT_EQ(load_dataset({.data = images, .labels = labels}).value().features, 2U);
  EXPECT_EQ(load_dataset({.data = text}).value().rows, 2U);
  EXPECT_THAT(load_dataset({.data = images}).error().cure, HasSubstr("--labels"));
  EXPECT_THAT(load_dataset({.data = text, .labels = labels}).error().what, HasSubstr("labels within"));
  EXPECT_THAT(load_dataset({.format = DataFormat::idx, .data = text, .labels = labels}).error().what,
              HasSubstr("expected 00 00 08"));
  EXPECT_THAT(load_dataset({.data = folder.path() / "none"}).error().what, HasSubstr("No such file"));
}

TEST(LoadTrainTest, WidensBothToTheLarger) {
  const TempFolder folder;
  const auto wide = folder.file("wide", "1 9:1\n3 2:1\n2 1:1\n");
  const auto narrow = folder.file("narrow", "1 2:1\n2 1:1\n");
  for (const auto& [train, test] : {std::pair(wide, narrow), std::pair(narrow, wide)}) {
    const Result<TrainTest> both = load_train_test({.data = train}, {.data = test});
    ASSERT_TRUE(both.ok()) << both.error().sentence();
    EXPECT_EQ(both.value().train.features, 9U);
    EXPECT_EQ(both.value().test.features, 9U);
    EXPECT_EQ(both.value().train.classes, 3U);
    EXPECT_EQ(both.value().test.classes, 3U);
  }
}

TEST(LoadTrainTest, ReadsTestLabelsAsTrainingLabels) {
  const TempFolder folder;
  const auto train = folder.file("train", "0\n1\n2\n");
  const auto test = folder.file("test", "1\n2\n");  // alone, it would count from 1
  EXPECT_THAT(load_train_test({.data = train}, {.data = test}).value().test.labels, ElementsAre(1, 2));
}

TEST(ParseDataFormat, SuggestsTheNames) {
  EXPECT_EQ(parse_data_format("auto").value(), DataFormat::automatic);
  EXPECT_EQ(parse_data_format("idx").value(), DataFormat::idx);
  EXPECT_EQ(parse_data_format("libsvm").value(), DataFormat::libsvm);
  EXPECT_THAT(parse_data_format("csv").error().sentence(), HasSubstr("auto, idx or libsvm"));
}

}  // namespace
}  // namespace gleaner
