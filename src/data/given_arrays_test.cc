#include "data/given_arrays.h"

#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gleaner {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const GivenArray kFeatures{"folder/x.pt", {2, 1, 3}, {1, 2, 3, 4, 5, 6.5F}};
const GivenArray kLabels{"folder/y.pt", {2}, {7, -1}};

std::string complaint(const GivenArray& features, const GivenArray& labels, const DataSpec& spec = {}) {
  const Result<Dataset> data = dataset_of(features, labels, spec);
  return data ? "none" : data.error().sentence();
}

TEST(GivenArrays, BecomeADataset) {
  const Dataset data = dataset_of(kFeatures, kLabels, {}).value();
  EXPECT_EQ(data.name, "x.pt");
  EXPECT_EQ(data.rows, 2U);
  EXPECT_EQ(data.features, 3U);
  EXPECT_THAT(data.dense, ElementsAre(1, 2, 3, 4, 5, 6.5F));
  EXPECT_THAT(data.class_names, ElementsAre("-1", "7"));
  EXPECT_THAT(data.labels, ElementsAre(1, 0));
  const GivenArray column{"y.pt", {2, 1}, {7, -1}};
  EXPECT_EQ(dataset_of(kFeatures, column, {}).value().labels, data.labels);
  EXPECT_EQ(dataset_of({"x.pt", {2}, {3, 4}}, kLabels, {}).value().features, 1U);
}

TEST(GivenArrays, LabelsMayBeTargets) {
  DataSpec spec;
  spec.targets = true;
  const Dataset data = dataset_of(kFeatures, {"y.pt", {2}, {0.25F, -1}}, spec).value();
  EXPECT_THAT(data.targets, ElementsAre(0.25F, -1));
  EXPECT_THAT(data.class_names, IsEmpty());
  EXPECT_EQ(data.classes, 0U);
}

TEST(GivenArrays, ATestSetIsOfTheKindOfItsTrainingSet) {
  DataSpec spec;
  spec.schema = Schema{3, {"-1", "0", "7"}, {}, std::nullopt};
  EXPECT_THAT(dataset_of(kFeatures, kLabels, spec).value().labels, ElementsAre(2, 0));
  spec.schema->features = 4;
  EXPECT_THAT(
      complaint(kFeatures, kLabels, spec),
      HasSubstr("x.pt has 3 features, expected 4 as in the training set; give a set of the same kind"));
  spec.schema = Schema{3, {"0", "1"}, {}, std::nullopt};
  EXPECT_THAT(complaint(kFeatures, kLabels, spec), AllOf(HasSubstr("y.pt"), HasSubstr("7")));
}

TEST(GivenArrays, SaysWhatDoesNotGoTogether) {
  EXPECT_THAT(complaint({"x.pt", {0, 3}, {}}, {"y.pt", {0}, {}}), HasSubstr("x.pt has no samples"));
  EXPECT_THAT(complaint({"x.pt", {2, 0}, {}}, kLabels), HasSubstr("x.pt has no samples"));
  EXPECT_THAT(complaint(kFeatures, {"y.pt", {3}, {1, 2, 3}}),
              AllOf(HasSubstr("x.pt has 2 samples, but"), HasSubstr("y.pt has 3 labels"),
                    HasSubstr("one number for each sample")));
  EXPECT_THAT(complaint(kFeatures, {"y.pt", {2, 2}, {1, 2, 3, 4}}), HasSubstr("has 4 labels"));
  EXPECT_THAT(complaint(kFeatures, {"y.pt", {1, 2}, {1, 2}}), HasSubstr("has 2 labels"));
}

TEST(GivenArrays, NamesTheRowOfWhatIsNoNumber) {
  GivenArray features = kFeatures;
  features.values[4] = std::numeric_limits<float>::infinity();
  EXPECT_THAT(complaint(features, kLabels), AllOf(HasSubstr("x.pt"), HasSubstr("2"), HasSubstr("inf"),
                                                  HasSubstr("a finite number of single precision")));
  GivenArray labels = kLabels;
  labels.values[1] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_THAT(complaint(kFeatures, labels), AllOf(HasSubstr("y.pt"), HasSubstr("row 2")));
  labels.values[1] = 0.5F;
  EXPECT_THAT(complaint(kFeatures, labels), AllOf(HasSubstr("y.pt"), HasSubstr("0.5")));
}

}  // namespace
}  // namespace gleaner
