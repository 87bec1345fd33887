#include "objective/samples.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "objective/test_samples.h"

namespace gleaner {
namespace {

using ::gleaner::test::RandomRows;
using ::testing::HasSubstr;

TEST(CheckSamples, AcceptsDenseAndSparse) {
  const RandomRows rows(20, 5, 3, 0.4, 1);
  EXPECT_TRUE(check_samples(rows.view(), 3).ok());
  const CompressedRows compact = compress(rows.view());
  EXPECT_TRUE(check_samples(compact.view(rows.view()), 3).ok());
}

TEST(CheckSamples, NamesTheRowOfABadLabel) {
  for (const float label : {3.0F, -1.0F, 0.5F, std::numeric_limits<float>::quiet_NaN()}) {
    RandomRows rows(20, 5, 3, 1, 1);
    rows.labels[6] = label;
    const Status status = check_samples(rows.view(), 3);
    ASSERT_FALSE(status.ok());
    EXPECT_THAT(status.error().what, HasSubstr("row 7 has the label"));
    EXPECT_THAT(status.error().what, HasSubstr("0..2"));
  }
}

TEST(CheckSamples, NamesTheRowOfANumberThatIsNotFinite) {
  for (const float bad : {std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN()}) {
    RandomRows rows(20, 5, 3, 1, 1);
    rows.dense[13] = bad;
    const Status status = check_samples(rows.view(), 3);
    ASSERT_FALSE(status.ok());
    EXPECT_THAT(status.error().what, HasSubstr("row 3 "));
  }
}

TEST(CheckSamples, RefusesSpansThatDoNotFit) {
  const RandomRows rows(4, 3, 2, 1, 1);
  Samples s = rows.view();
  s.dense = s.dense.first(11);
  EXPECT_FALSE(check_samples(s, 2).ok());
  s = rows.view();
  s.labels = s.labels.first(3);
  EXPECT_FALSE(check_samples(s, 2).ok());

  CompressedRows compact = compress(rows.view());
  compact.offsets[2] = 100;
  EXPECT_FALSE(check_samples(compact.view(rows.view()), 2).ok());
  compact = compress(rows.view());
  compact.columns[1] = 3;
  EXPECT_FALSE(check_samples(compact.view(rows.view()), 2).ok());
  compact = compress(rows.view());
  std::swap(compact.columns[0], compact.columns[1]);
  EXPECT_FALSE(check_samples(compact.view(rows.view()), 2).ok());
}

TEST(Compress, KeepsEveryNonzeroInItsPlace) {
  const RandomRows rows(30, 7, 2, 0.3, 9);
  const CompressedRows compact = compress(rows.view());
  std::vector<float> back(rows.dense.size(), 0.0F);
  for (std::size_t row = 0; row < rows.rows; ++row) {
    for (std::uint64_t e = compact.offsets[row]; e < compact.offsets[row + 1]; ++e)
      back[row * rows.features + compact.columns[e]] = compact.values[e];
  }
  EXPECT_EQ(back, rows.dense);
  EXPECT_EQ(nonzero_share(rows.view()), nonzero_share(compact.view(rows.view())));
  EXPECT_NEAR(nonzero_share(rows.view()), 0.3, 0.1);
}

}  // namespace
}  // namespace gleaner
