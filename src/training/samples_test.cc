#include "training/samples.h"

#include <gtest/gtest.h>

#include <vector>

namespace gleaner {
namespace {

TEST(FingerprintOfSamples, FollowsFromEveryNumber) {
  std::vector<float> dense{1, 2, 3, 4, 5, 6};
  std::vector<float> labels{0, 1};
  Samples samples;
  samples.rows = 2;
  samples.features = 3;
  samples.dense = dense;
  samples.labels = labels;
  const std::string before = fingerprint_of(samples);
  EXPECT_EQ(before.size(), 16U);
  EXPECT_EQ(fingerprint_of(samples), before);
  for (std::size_t i = 0; i < dense.size(); ++i) {
    dense[i] += 1;
    EXPECT_NE(fingerprint_of(samples), before);
    dense[i] -= 1;
  }
  labels[1] = 0;
  EXPECT_NE(fingerprint_of(samples), before);
  labels[1] = 1;
  samples.rows = 3;
  samples.features = 2;
  EXPECT_NE(fingerprint_of(samples), before);
}

TEST(FingerprintOfSamples, TellsSparseFromDense) {
  const std::vector<std::uint64_t> offsets{0, 1, 2};
  const std::vector<std::uint32_t> columns{0, 2};
  const std::vector<float> values{1, 1};
  const std::vector<float> labels{0, 1};
  Samples samples;
  samples.rows = 2;
  samples.features = 3;
  samples.offsets = offsets;
  samples.columns = columns;
  samples.values = values;
  samples.labels = labels;
  const std::string before = fingerprint_of(samples);
  const std::vector<std::uint32_t> other{1, 2};
  samples.columns = other;
  EXPECT_NE(fingerprint_of(samples), before);
}

}  // namespace
}  // namespace gleaner
