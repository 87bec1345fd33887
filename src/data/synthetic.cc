#include "data/synthetic.h"

#include <cmath>

#include "base/check.h"
#include "base/portable_math.h"
#include "base/random.h"

namespace gleaner {
namespace {

// The `round` of the draw's key tells apart what is drawn.
constexpr std::uint64_t kMeans = 0;
constexpr std::uint64_t kRows = 1;
constexpr std::uint64_t kLaw = 2;
constexpr std::uint64_t kRowsOfLaw = 3;

// Variance 1: a uniform of [0, 1) has variance 1/12, four of them 1/3. One draw of 64 bits gives all four.
double nearly_normal(Random& random) {
  const std::uint64_t bits = random.bits();
  double sum = 0;
  for (unsigned shift = 0; shift < 64; shift += 16)
    sum += (static_cast<double>((bits >> shift) & 0xFFFF) + 0.5) / 65536;
  constexpr double kSqrt3 = 1.7320508075688772935;
  return (sum - 2) * kSqrt3;
}

// Random directions, centred and scaled so that the mean square distance of two means is exactly D^2. It is
// 2 / (k - 1) times the sum of the squares of the centred means.
std::vector<double> means_of(std::size_t features, std::size_t classes, std::uint64_t seed) {
  std::vector<double> means(classes * features);
  Random random({.seed = seed, .purpose = Purpose::data, .round = kMeans});
  for (double& mean : means) mean = random.normal();
  double squares = 0;
  for (std::size_t j = 0; j < features; ++j) {
    double sum = 0;
    for (std::size_t c = 0; c < classes; ++c) sum += means[c * features + j];
    for (std::size_t c = 0; c < classes; ++c) {
      means[c * features + j] -= sum / static_cast<double>(classes);
      squares += means[c * features + j] * means[c * features + j];
    }
  }
  const auto pairs = static_cast<double>(classes - 1);
  const double distance = 2 * (1.5 + 0.45 * portable::log(pairs));
  for (double& mean : means) mean *= distance / std::sqrt(2 / pairs * squares);
  return means;
}

// w_1 .. w_p, b.
std::vector<double> linear_law(std::size_t features, std::uint64_t seed) {
  Random random({.seed = seed, .purpose = Purpose::data, .round = kLaw});
  std::vector<double> law(features + 1);
  for (double& x : law) x = random.normal();
  double squares = 0;
  for (std::size_t j = 0; j < features; ++j) squares += law[j] * law[j];
  for (std::size_t j = 0; j < features; ++j) law[j] /= std::sqrt(squares);
  return law;
}

}  // namespace

Dataset synthetic_classification(std::size_t rows, std::size_t features, std::size_t classes,
                                 std::uint64_t seed) {
  GLEANER_CHECK(classes >= 2 && features >= 1, "synthetic data need two classes and a feature");
  const std::vector<double> means = means_of(features, classes, seed);
  Dataset data;
  data.name = "synthetic";
  data.rows = rows;
  data.features = features;
  data.classes = classes;
  for (std::size_t c = 0; c < classes; ++c) data.class_names.push_back(std::to_string(c));
  data.dense.reserve(rows * features);
  data.labels.reserve(rows);
  for (std::size_t row = 0; row < rows; ++row) {
    Random random({.seed = seed, .purpose = Purpose::data, .round = kRows, .position = row});
    const auto label = static_cast<std::size_t>(random.below(classes));
    data.labels.push_back(static_cast<float>(label));
    for (std::size_t j = 0; j < features; ++j)
      data.dense.push_back(static_cast<float>(means[label * features + j] + nearly_normal(random)));
  }
  return data;
}

Dataset synthetic_regression(std::size_t rows, std::size_t features, std::uint64_t seed) {
  GLEANER_CHECK(features >= 1, "synthetic data need a feature");
  constexpr double kNoise = 0.1;
  const std::vector<double> law = linear_law(features, seed);
  Dataset data;
  data.name = "synthetic";
  data.rows = rows;
  data.features = features;
  data.dense.reserve(rows * features);
  data.targets.reserve(rows);
  for (std::size_t row = 0; row < rows; ++row) {
    Random random({.seed = seed, .purpose = Purpose::data, .round = kRowsOfLaw, .position = row});
    double target = law[features];
    for (std::size_t j = 0; j < features; ++j) {
      data.dense.push_back(static_cast<float>(nearly_normal(random)));
      target += law[j] * data.dense.back();
    }
    data.targets.push_back(static_cast<float>(target + kNoise * nearly_normal(random)));
  }
  return data;
}

}  // namespace gleaner
