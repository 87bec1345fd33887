#include "data/synthetic.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace gleaner {
namespace {

TEST(Synthetic, IsAPureFunctionOfItsArguments) {
  const Dataset a = synthetic_classification(200, 10, 3, 7);
  EXPECT_EQ(a, synthetic_classification(200, 10, 3, 7));
  EXPECT_NE(a.dense, synthetic_classification(200, 10, 3, 8).dense);
}

TEST(Synthetic, ASmallerSetIsTheBeginningOfALargerOne) {
  Dataset large = synthetic_classification(200, 10, 3, 7);
  const Dataset small = synthetic_classification(50, 10, 3, 7);
  large.dense.resize(small.dense.size());
  large.labels.resize(50);
  EXPECT_EQ(large.dense, small.dense);
  EXPECT_EQ(large.labels, small.labels);
}

TEST(Synthetic, HasTheShapeAskedForAndAllClasses) {
  const Dataset data = synthetic_classification(1000, 4, 5, 1);
  EXPECT_EQ(data.rows, 1000U);
  EXPECT_EQ(data.features, 4U);
  EXPECT_EQ(data.classes, 5U);
  EXPECT_EQ(data.dense.size(), 4000U);
  std::vector<int> counts(5, 0);
  for (const float label : data.labels) ++counts.at(static_cast<std::size_t>(label));
  for (const int count : counts) EXPECT_NEAR(count, 200, 60);
}

TEST(Synthetic, NoiseHasVarianceOne) {
  const Dataset data = synthetic_classification(20000, 2, 2, 3);
  double sum[2] = {0, 0};
  double squares[2] = {0, 0};
  double count[2] = {0, 0};
  for (std::size_t row = 0; row < data.rows; ++row) {
    const auto c = static_cast<std::size_t>(data.labels[row]);
    const double x = data.dense[2 * row];
    sum[c] += x;
    squares[c] += x * x;
    ++count[c];
  }
  for (int c = 0; c < 2; ++c) EXPECT_NEAR(squares[c] / count[c] - std::pow(sum[c] / count[c], 2), 1, 0.05);
}

// The nearest class mean, estimated from the same data, is nearly the best classifier there is.
TEST(Synthetic, IsLearnableButNotTrivial) {
  for (const std::size_t classes : {2U, 10U}) {
    constexpr std::size_t kRows = 5000;
    constexpr std::size_t kFeatures = 20;
    const Dataset data = synthetic_classification(kRows, kFeatures, classes, 11);
    std::vector<double> means(classes * kFeatures, 0);
    std::vector<double> counts(classes, 0);
    for (std::size_t row = 0; row < kRows; ++row) {
      const auto c = static_cast<std::size_t>(data.labels[row]);
      ++counts[c];
      for (std::size_t j = 0; j < kFeatures; ++j) means[c * kFeatures + j] += data.dense[row * kFeatures + j];
    }
    for (std::size_t i = 0; i < means.size(); ++i) means[i] /= counts[i / kFeatures];
    double correct = 0;
    for (std::size_t row = 0; row < kRows; ++row) {
      std::size_t nearest = 0;
      double least = 1e300;
      for (std::size_t c = 0; c < classes; ++c) {
        double distance = 0;
        for (std::size_t j = 0; j < kFeatures; ++j)
          distance += std::pow(data.dense[row * kFeatures + j] - means[c * kFeatures + j], 2);
        if (distance < least) {
          least = distance;
          nearest = c;
        }
      }
      correct += static_cast<float>(nearest) == data.labels[row] ? 1 : 0;
    }
    EXPECT_GT(correct / kRows, 0.88) << classes;
    EXPECT_LT(correct / kRows, 0.98) << classes;
  }
}

TEST(SyntheticRegression, IsAPureFunctionOfItsArguments) {
  const Dataset a = synthetic_regression(200, 10, 7);
  EXPECT_EQ(a, synthetic_regression(200, 10, 7));
  EXPECT_NE(a.dense, synthetic_regression(200, 10, 8).dense);
  EXPECT_TRUE(a.labels.empty());
  EXPECT_EQ(a.classes, 0U);
  Dataset small = synthetic_regression(50, 10, 7);
  EXPECT_TRUE(std::equal(small.dense.begin(), small.dense.end(), a.dense.begin()));
  EXPECT_TRUE(std::equal(small.targets.begin(), small.targets.end(), a.targets.begin()));
  EXPECT_EQ(a.targets.size(), 200U);
}

// With features of variance 1, E[(y - E y) x_j] = w_j: the law is estimated without solving anything, and
// explains all but the noise.
TEST(SyntheticRegression, FollowsALinearLawWithNoise) {
  constexpr std::size_t kRows = 40000;
  constexpr std::size_t kFeatures = 5;
  const Dataset data = synthetic_regression(kRows, kFeatures, 3);
  std::vector<double> w(kFeatures, 0);
  double mean = 0;
  for (const float y : data.targets) mean += y / kRows;
  for (std::size_t row = 0; row < kRows; ++row)
    for (std::size_t j = 0; j < kFeatures; ++j)
      w[j] += (data.targets[row] - mean) * data.dense[kFeatures * row + j] / kRows;
  double length = 0;
  for (const double x : w) length += x * x;
  EXPECT_NEAR(length, 1, 0.05);
  double error = 0;
  for (std::size_t row = 0; row < kRows; ++row) {
    double y = mean;
    for (std::size_t j = 0; j < kFeatures; ++j) y += w[j] * data.dense[kFeatures * row + j];
    error += std::pow(y - data.targets[row], 2) / kRows;
  }
  EXPECT_NEAR(error, 0.01, 0.001);
}

}  // namespace
}  // namespace gleaner
