// Softmax and logistic regression against their slow twins, finite differences and each other.
#include "objective/linear_objective.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <numeric>
#include <thread>

#include "objective/linear_kernels.h"
#include "objective/test_samples.h"

namespace gleaner {
namespace {

using ::gleaner::test::gradient_of;
using ::gleaner::test::hash_of_bits;
using ::gleaner::test::random_parameters;
using ::gleaner::test::RandomRows;
using ::gleaner::test::reference_norm;
using ::testing::HasSubstr;

std::vector<IndexRange> cut(std::size_t rows, std::size_t chunks) {
  std::vector<IndexRange> ranges;
  for (std::size_t i = 0; i < chunks; ++i) ranges.push_back(part_of(rows, i, chunks));
  return ranges;
}

// `classes` 1 stands for logistic regression, 0 for linear regression.
std::unique_ptr<Objective> make(const Samples& samples, std::size_t classes, std::size_t chunks,
                                const MiniBatch& mini = {}) {
  auto made = classes == 0   ? make_linear(samples, cut(samples.rows, chunks), mini)
              : classes == 1 ? make_logistic(samples, cut(samples.rows, chunks), mini)
                             : make_softmax(samples, classes, cut(samples.rows, chunks), mini);
  return std::move(made).value();
}

double norm(std::span<const double> v) {
  double squares = 0;
  for (const double x : v) squares += x * x;
  return std::sqrt(squares);
}

class Linear : public ::testing::TestWithParam<std::size_t> {
 protected:
  [[nodiscard]] std::size_t kind() const { return GetParam(); }
  [[nodiscard]] std::size_t outputs() const { return std::max<std::size_t>(kind(), 1); }
  [[nodiscard]] std::size_t labels() const { return std::max<std::size_t>(kind(), 2); }
};
class Classes : public Linear {};  // what holds for bounded slopes only
INSTANTIATE_TEST_SUITE_P(Outputs, Classes, ::testing::Values(1, 2, 3, 10, 17));
INSTANTIATE_TEST_SUITE_P(Outputs, Linear, ::testing::Values(0, 1, 2, 3, 10, 17));

TEST_P(Linear, GradientAgreesWithFiniteDifferencesOfTheLoss) {
  const RandomRows rows(40, 6, labels(), 0.7, 3);
  const auto objective = make(rows.view(), kind(), 4);
  const std::vector<float> theta = random_parameters(objective->parameters(), 1, 4);
  std::vector<double> gradient(theta.size());
  std::vector<double> unused(theta.size());
  objective->reference(theta, RoundId(1), gradient);
  for (std::size_t i = 0; i < theta.size(); ++i) {
    std::vector<float> up = theta;
    std::vector<float> down = theta;
    up[i] += 1e-3F;
    down[i] -= 1e-3F;
    const double rise = objective->reference(up, RoundId(1), unused).loss -
                        objective->reference(down, RoundId(1), unused).loss;
    EXPECT_NEAR(rise / (static_cast<double>(up[i]) - down[i]), gradient[i], 1e-5) << "parameter " << i;
  }
}

TEST_P(Linear, ChunksAddUpToTheReference) {
  for (const double nonzero : {0.1, 0.9}) {  // compressed inside, and dense
    const RandomRows rows(333, 57, labels(), nonzero, 5);
    const auto objective = make(rows.view(), kind(), 7);
    const std::vector<float> theta = random_parameters(objective->parameters(), 2, 6);
    std::vector<double> reference(theta.size());
    const Tallies tallies = objective->reference(theta, RoundId(1), reference);

    std::vector<double> sum(objective->dimension(), 0);
    double norms = 0;
    for (std::uint32_t chunk = 0; chunk < 7; ++chunk) {
      const std::vector<float> g = gradient_of(*objective, theta, chunk);
      for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += g[i];
      norms += reference_norm(*objective, theta, ChunkId(chunk), RoundId(1));
    }
    std::vector<double> difference = reference;
    for (std::size_t i = 0; i < theta.size(); ++i) difference[i] -= sum[i];
    EXPECT_LT(norm(difference), 1e-7 * norms);
    EXPECT_NEAR(sum[theta.size()], tallies.loss, 1e-6 * tallies.loss);
    EXPECT_EQ(sum[theta.size() + 1], tallies.correct);
    EXPECT_EQ(sum[theta.size() + 2], 333);
    EXPECT_EQ(tallies.samples, 333);
  }
}

TEST_P(Linear, MiniBatchesAddUpToTheirOwnReference) {
  const RandomRows rows(333, 57, labels(), 0.9, 5);
  const auto objective = make(rows.view(), kind(), 7, {.rows = 10, .seed = 3});
  const std::vector<float> theta = random_parameters(objective->parameters(), 2, 6);
  std::vector<std::vector<double>> references;
  for (const std::uint64_t round : {1, 2}) {
    std::vector<double> reference(theta.size());
    const Tallies tallies = objective->reference(theta, RoundId(round), reference);
    EXPECT_EQ(tallies.samples, 70);
    std::vector<double> difference = reference;
    double norms = 0;
    FreePulse pulse;
    std::vector<float> g(objective->dimension());
    for (std::uint32_t chunk = 0; chunk < 7; ++chunk) {
      ASSERT_TRUE(objective->chunk_gradient(theta, ChunkId(chunk), RoundId(round), g, pulse));
      for (std::size_t i = 0; i < theta.size(); ++i) difference[i] -= g[i];
      EXPECT_EQ(g.back(), 10);
      norms += reference_norm(*objective, theta, ChunkId(chunk), RoundId(round));
    }
    EXPECT_LT(norm(difference), 1e-7 * norms);
    references.push_back(reference);
  }
  EXPECT_NE(references[0], references[1]) << "every round draws anew";
}

TEST_P(Linear, AMiniBatchOfTheWholeChunkHasTheSameBits) {
  const RandomRows rows(100, 9, labels(), 0.9, 5);
  const auto plain = make(rows.view(), kind(), 4);
  const auto mini = make(rows.view(), kind(), 4, {.rows = 25, .seed = 3});
  const std::vector<float> theta = random_parameters(plain->parameters(), 1, 6);
  EXPECT_EQ(gradient_of(*plain, theta, 2), gradient_of(*mini, theta, 2));
}

TEST_P(Linear, SparseAndDenseGiveTheSameBits) {
  for (const double nonzero : {0.1, 0.9}) {
    const RandomRows rows(301, 31, labels(), nonzero, 7);
    const CompressedRows compact = compress(rows.view());
    const auto dense = make(rows.view(), kind(), 3);
    const auto sparse = make(compact.view(rows.view()), kind(), 3);
    const std::vector<float> theta = random_parameters(dense->parameters(), 1, 8);
    for (std::uint32_t chunk = 0; chunk < 3; ++chunk)
      EXPECT_EQ(gradient_of(*dense, theta, chunk), gradient_of(*sparse, theta, chunk));
    EXPECT_EQ(dense->evaluate(theta, rows.view()).loss, sparse->evaluate(theta, rows.view()).loss);
  }
}

TEST_P(Linear, KernelsDoNotDependOnTheCutIntoBatches) {
  const RandomRows rows(23, 9, labels(), 0.8, 11);
  const std::size_t k = outputs();
  const std::vector<float> narrow = random_parameters(10 * k, 1, 12);
  const std::vector<double> theta(narrow.begin(), narrow.end());
  std::vector<double> whole(23 * k);
  std::vector<std::size_t> list(23);
  std::iota(list.begin(), list.end(), 0U);
  const std::span<const std::size_t> all(list);
  score_rows(rows.view(), all, k, theta.data(), whole.data());
  std::vector<double> gradient(10 * k, 0);
  add_outer_products(rows.view(), all, k, whole.data(), gradient.data());

  std::vector<double> pieces(23 * k);
  std::vector<double> pieces_gradient(10 * k, 0);
  for (const IndexRange& r : cut(23, 5)) {
    const auto some = all.subspan(r.first, r.size());
    score_rows(rows.view(), some, k, theta.data(), pieces.data() + r.first * k);
    add_outer_products(rows.view(), some, k, pieces.data() + r.first * k, pieces_gradient.data());
  }
  EXPECT_EQ(whole, pieces);
  EXPECT_EQ(gradient, pieces_gradient);
}

TEST_P(Linear, EvaluationOfTheTrainingSamplesIsTheReference) {
  const RandomRows rows(200, 11, labels(), 0.5, 13);
  const auto objective = make(rows.view(), kind(), 4);
  const std::vector<float> theta = random_parameters(objective->parameters(), 1, 14);
  std::vector<double> unused(theta.size());
  const Tallies reference = objective->reference(theta, RoundId(1), unused);
  const Tallies evaluated = objective->evaluate(theta, rows.view());
  EXPECT_NEAR(evaluated.loss, reference.loss, 1e-12 * reference.loss);
  EXPECT_EQ(evaluated.correct, reference.correct);
  EXPECT_EQ(evaluated.samples, 200);
}

TEST_P(Classes, ExtremeScoresDoNotOverflow) {
  const RandomRows rows(50, 8, labels(), 1, 15);
  const auto objective = make(rows.view(), kind(), 1);
  for (const double scale : {1e3, 1e30, 3e38}) {
    const std::vector<float> theta = random_parameters(objective->parameters(), scale, 16);
    const std::vector<float> g = gradient_of(*objective, theta, 0);
    std::vector<double> reference(theta.size());
    const Tallies tallies = objective->reference(theta, RoundId(1), reference);
    for (std::size_t i = 0; i < theta.size(); ++i) {
      ASSERT_TRUE(std::isfinite(g[i]));
      EXPECT_NEAR(g[i], reference[i], 1e-5);
    }
    // The loss itself leaves the floats at the largest scale; the caller finds it not finite.
    EXPECT_TRUE(std::isfinite(tallies.loss));
    if (scale < 1e38) {
      EXPECT_NEAR(g[theta.size()], tallies.loss, 1e-6 * tallies.loss);
    }
  }
}

TEST_P(Linear, ParametersThatAreNotNumbersShowInTheResult) {
  const RandomRows rows(10, 4, labels(), 1, 17);
  const auto objective = make(rows.view(), kind(), 1);
  std::vector<float> theta(objective->parameters(), 0.0F);
  theta[0] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_TRUE(std::isnan(gradient_of(*objective, theta, 0)[theta.size()]));
}

TEST_P(Classes, ZeroParametersGiveTheLogarithmOfTheClasses) {
  const RandomRows rows(64, 4, labels(), 1, 19);
  const auto objective = make(rows.view(), kind(), 1);
  std::vector<float> theta(objective->parameters(), 1.0F);
  objective->initial(7, theta);
  const std::vector<float> g = gradient_of(*objective, theta, 0);
  EXPECT_NEAR(g[theta.size()] / 64, std::log(static_cast<double>(labels())), 1e-6);
}

TEST_P(Linear, ThreadsDoNotDisturbEachOther) {
  const RandomRows rows(400, 20, labels(), 0.5, 21);
  const auto objective = make(rows.view(), kind(), 4);
  const std::vector<float> theta = random_parameters(objective->parameters(), 1, 22);
  std::vector<std::vector<float>> alone;
  for (std::uint32_t chunk = 0; chunk < 4; ++chunk) alone.push_back(gradient_of(*objective, theta, chunk));
  std::vector<std::vector<float>> together(4);
  {
    std::vector<std::jthread> threads;
    for (std::uint32_t chunk = 0; chunk < 4; ++chunk)
      threads.emplace_back([&, chunk] {
        for (int i = 0; i < 20; ++i) together[chunk] = gradient_of(*objective, theta, chunk);
      });
  }
  EXPECT_EQ(alone, together);
}

// The bits of a chunk gradient, written down once: any build on any machine must find them again, or replicas
// of a chunk would no longer stand in for one another. Change them only with the arithmetic.
TEST(LinearGolden, BitsAreThoseOfEveryOtherMachine) {
  const RandomRows rows(500, 40, 10, 0.6, 23);
  const RandomRows binary(500, 40, 2, 0.2, 24);
  const auto softmax = make(rows.view(), 10, 2);
  const auto logistic = make(binary.view(), 1, 2);
  EXPECT_EQ(hash_of_bits(gradient_of(*softmax, random_parameters(softmax->parameters(), 1, 25), 1)),
            0x6a7302a3dc511a82U);
  EXPECT_EQ(hash_of_bits(gradient_of(*logistic, random_parameters(logistic->parameters(), 1, 26), 0)),
            0x4c76ad73db9f7124U);
}

TEST(Softmax, NamesItsPartsAndSizes) {
  const RandomRows rows(12, 5, 3, 1, 1);
  const auto objective = make(rows.view(), 3, 4);
  EXPECT_EQ(objective->name(), "softmax");
  EXPECT_EQ(objective->parameters(), 18U);
  EXPECT_EQ(objective->dimension(), 21U);
  EXPECT_EQ(objective->chunks(), 4U);
  EXPECT_TRUE(objective->classifies());
  const auto parts = objective->parts();
  ASSERT_EQ(parts.size(), 2U);
  EXPECT_EQ(parts[0].name, "weights");
  EXPECT_EQ(parts[0].shape, (std::vector<std::size_t>{5, 3}));
  EXPECT_EQ(parts[1].name, "bias");
  EXPECT_EQ(parts[1].shape, (std::vector<std::size_t>{3}));
}

TEST(LinearRegression, FindsTheLineThroughItsTargets) {
  // y = 3 x0 - 2 x1 + 0.5 exactly: the gradient vanishes there and only there.
  RandomRows rows(50, 2, 2, 1, 31);
  for (std::size_t i = 0; i < 50; ++i)
    rows.labels[i] = 3 * rows.dense[2 * i] - 2 * rows.dense[2 * i + 1] + 0.5F;
  const auto objective = make(rows.view(), 0, 1);
  EXPECT_FALSE(objective->classifies());
  EXPECT_EQ(objective->name(), "linear");
  EXPECT_EQ(objective->parts()[0].shape, (std::vector<std::size_t>{2}));
  const std::vector<float> line = gradient_of(*objective, std::vector<float>{3, -2, 0.5F}, 0);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_NEAR(line[i], 0, 1e-5);
  const std::vector<float> zero(3, 0.0F);
  double half_squares = 0;
  for (const float y : rows.labels) half_squares += static_cast<double>(y) * y / 2;
  EXPECT_NEAR(gradient_of(*objective, zero, 0)[3], half_squares, 1e-4);
}

TEST(LinearRegression, TakesAnyFiniteTarget) {
  RandomRows rows(12, 5, 2, 1, 1);
  rows.labels[3] = -1234.5F;
  EXPECT_TRUE(make_linear(rows.view(), cut(12, 2)).ok());
  rows.labels[4] = std::numeric_limits<float>::infinity();
  EXPECT_THAT(make_linear(rows.view(), cut(12, 2)).error().what, HasSubstr("row 5 has the target inf"));
}

TEST(Softmax, RefusesWhatItCannotTrainOn) {
  RandomRows rows(12, 5, 3, 1, 1);
  EXPECT_THAT(make_softmax(rows.view(), 1, cut(12, 2)).error().what, HasSubstr("at least 2 classes"));
  EXPECT_THAT(make_softmax(rows.view(), 3, {{0, 6}, {6, 13}}).error().what, HasSubstr("chunk 1"));
  EXPECT_FALSE(make_softmax(rows.view(), 3, {{6, 5}}).ok());
  rows.labels[4] = 3;
  EXPECT_THAT(make_softmax(rows.view(), 3, cut(12, 2)).error().what, HasSubstr("row 5 has the label 3"));
  EXPECT_THAT(make_logistic(rows.view(), cut(12, 2)).error().what,
              HasSubstr("expected a whole number in 0..1"));
}

TEST(Softmax, RefusesAModelBeyondAllMemory) {
  const std::vector<std::uint64_t> offsets{0, 1};
  const std::vector<std::uint32_t> columns{4000000000};
  const std::vector<float> one{1};
  const Samples samples{.rows = 1,
                        .features = 4000000001,
                        .dense = {},
                        .offsets = offsets,
                        .columns = columns,
                        .values = one,
                        .labels = one};
  EXPECT_THAT(make_softmax(samples, 2, {{0, 1}}).error().what, HasSubstr("4000000001 features"));
}

TEST(Softmax, AnEmptyChunkIsAllZeros) {
  const RandomRows rows(12, 5, 3, 1, 1);
  const auto objective = make_softmax(rows.view(), 3, {{0, 12}, {12, 12}});
  const std::vector<float> theta(18, 1.0F);
  EXPECT_EQ(gradient_of(*objective.value(), theta, 1), std::vector<float>(21, 0.0F));
}

// Stops at the n-th tick and writes down the fractions.
struct CountingPulse final : Pulse {
  std::size_t stop_at;
  std::vector<double> fractions;
  explicit CountingPulse(std::size_t n) : stop_at(n) {}
  bool tick(double fraction) override {
    fractions.push_back(fraction);
    return fractions.size() < stop_at;
  }
};

TEST(Pulses, ComeAtLeastEvery128RowsAndEndWithOne) {
  const RandomRows rows(1000, 20, 10, 0.9, 1);
  const auto objective = make(rows.view(), 10, 1);
  CountingPulse pulse(1000);
  std::vector<float> out(objective->dimension());
  EXPECT_TRUE(objective->chunk_gradient(std::vector<float>(210, 0.0F), ChunkId(0), RoundId(1), out, pulse));
  EXPECT_GE(pulse.fractions.size(), 8U);
  EXPECT_TRUE(std::is_sorted(pulse.fractions.begin(), pulse.fractions.end()));
  EXPECT_EQ(pulse.fractions.front(), 0.0);
  EXPECT_EQ(pulse.fractions.back(), 1.0);
}

TEST(Pulses, StopTheWorkAtOnce) {
  const RandomRows rows(1000, 20, 10, 0.9, 1);
  const auto objective = make(rows.view(), 10, 1);
  for (std::size_t n = 1; n <= 9; ++n) {
    CountingPulse pulse(n);
    std::vector<float> out(objective->dimension());
    EXPECT_FALSE(
        objective->chunk_gradient(std::vector<float>(210, 0.0F), ChunkId(0), RoundId(1), out, pulse));
    EXPECT_EQ(pulse.fractions.size(), n);
  }
}

TEST(Pulses, ComeMoreOftenWhereRowsAreLong) {
  const RandomRows rows(64, 20000, 10, 0.9, 1);
  const auto objective = make(rows.view(), 10, 1);
  CountingPulse pulse(1000);
  std::vector<float> out(objective->dimension());
  EXPECT_TRUE(
      objective->chunk_gradient(std::vector<float>(200010, 0.0F), ChunkId(0), RoundId(1), out, pulse));
  EXPECT_GE(pulse.fractions.size(), 12U);  // 5 rows of 200,000 products each at a time
}

}  // namespace
}  // namespace gleaner
