// The perceptron against its slow twin, finite differences and softmax regression.
#include "objective/mlp.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "objective/test_samples.h"

namespace gleaner {
namespace {

using ::gleaner::test::gradient_of;
using ::gleaner::test::hash_of_bits;
using ::gleaner::test::random_parameters;
using ::gleaner::test::RandomRows;
using ::gleaner::test::reference_norm;
using ::testing::HasSubstr;

using Widths = std::vector<std::size_t>;

std::vector<IndexRange> cut(std::size_t rows, std::size_t chunks) {
  std::vector<IndexRange> ranges;
  for (std::size_t i = 0; i < chunks; ++i) ranges.push_back(part_of(rows, i, chunks));
  return ranges;
}

std::unique_ptr<Objective> make(const Samples& samples, const Widths& hidden, std::size_t chunks,
                                const MiniBatch& mini = {}) {
  return make_mlp(samples, 3, hidden, cut(samples.rows, chunks), mini).value();
}

class Mlp : public ::testing::TestWithParam<Widths> {};
INSTANTIATE_TEST_SUITE_P(Hidden, Mlp,
                         ::testing::Values(Widths{}, Widths{1}, Widths{5}, Widths{16}, Widths{37, 6},
                                           Widths{4, 9, 3}));

TEST_P(Mlp, GradientAgreesWithFiniteDifferencesOfTheLoss) {
  const RandomRows rows(20, 6, 3, 0.7, 3);
  const auto objective = make(rows.view(), GetParam(), 2);
  const std::vector<float> theta = random_parameters(objective->parameters(), 1, 4);
  std::vector<double> gradient(theta.size());
  std::vector<double> unused(theta.size());
  objective->reference(theta, RoundId(1), gradient);
  for (std::size_t i = 0; i < theta.size(); ++i) {
    // So small a step rarely crosses the kink of a rectifier; floats near 1 still tell both sides apart.
    std::vector<float> up = theta;
    std::vector<float> down = theta;
    up[i] += 1e-4F;
    down[i] -= 1e-4F;
    const double rise = objective->reference(up, RoundId(1), unused).loss -
                        objective->reference(down, RoundId(1), unused).loss;
    EXPECT_NEAR(rise / (static_cast<double>(up[i]) - down[i]), gradient[i], 1e-4) << "parameter " << i;
  }
}

TEST_P(Mlp, ChunksAddUpToTheReference) {
  for (const double nonzero : {0.1, 0.9}) {  // compressed inside, and dense
    for (const std::size_t batch : {0, 11}) {
      const RandomRows rows(333, 57, 3, nonzero, 5);
      const auto objective = make(rows.view(), GetParam(), 7, {.rows = batch, .seed = 2});
      const std::vector<float> theta = random_parameters(objective->parameters(), 0.5, 6);
      std::vector<double> difference(theta.size());
      const Tallies tallies = objective->reference(theta, RoundId(1), difference);
      EXPECT_EQ(tallies.samples, batch == 0 ? 333 : 77);
      std::vector<double> sums(kTallies, 0);
      double norms = 0;
      for (std::uint32_t chunk = 0; chunk < 7; ++chunk) {
        const std::vector<float> g = gradient_of(*objective, theta, chunk);
        for (std::size_t i = 0; i < theta.size(); ++i) difference[i] -= g[i];
        for (std::size_t i = 0; i < kTallies; ++i) sums[i] += g[theta.size() + i];
        norms += reference_norm(*objective, theta, ChunkId(chunk), RoundId(1));
      }
      double squares = 0;
      for (const double e : difference) squares += e * e;
      EXPECT_LT(std::sqrt(squares), 1e-7 * norms);
      EXPECT_NEAR(sums[0], tallies.loss, 1e-6 * tallies.loss);
      EXPECT_EQ(sums[1], tallies.correct);
      EXPECT_EQ(sums[2], tallies.samples);
    }
  }
}

TEST_P(Mlp, SparseAndDenseGiveTheSameBits) {
  const RandomRows rows(301, 31, 3, 0.9, 7);
  const CompressedRows compact = compress(rows.view());
  const auto dense = make(rows.view(), GetParam(), 3);
  const auto sparse = make(compact.view(rows.view()), GetParam(), 3);
  const std::vector<float> theta = random_parameters(dense->parameters(), 1, 8);
  for (std::uint32_t chunk = 0; chunk < 3; ++chunk)
    EXPECT_EQ(gradient_of(*dense, theta, chunk), gradient_of(*sparse, theta, chunk));
  EXPECT_EQ(dense->evaluate(theta, rows.view()).loss, sparse->evaluate(theta, rows.view()).loss);
}

TEST_P(Mlp, PartsCoverTheParameters) {
  const RandomRows rows(12, 5, 3, 1, 1);
  const auto objective = make(rows.view(), GetParam(), 4);
  std::size_t numbers = 0;
  for (const auto& part : objective->parts()) {
    std::size_t size = 1;
    for (const std::size_t n : part.shape) size *= n;
    numbers += size;
  }
  EXPECT_EQ(objective->parts().size(), 2 * (GetParam().size() + 1));
  EXPECT_EQ(numbers, objective->parameters());
}

TEST_P(Mlp, ParametersThatAreNotNumbersShowInTheResult) {
  const RandomRows rows(10, 4, 3, 1, 17);
  const auto objective = make(rows.view(), GetParam(), 1);
  std::vector<float> theta(objective->parameters(), 1.0F);
  theta[0] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_TRUE(std::isnan(gradient_of(*objective, theta, 0)[theta.size()]));
}

TEST(MlpWithoutHiddenLayers, IsSoftmaxRegression) {
  const RandomRows rows(100, 9, 3, 0.5, 19);
  const auto mlp = make(rows.view(), {}, 2);
  const auto softmax = make_softmax(rows.view(), 3, cut(100, 2)).value();
  const std::vector<float> theta = random_parameters(mlp->parameters(), 1, 20);
  EXPECT_EQ(gradient_of(*mlp, theta, 1), gradient_of(*softmax, theta, 1));
}

TEST(MlpStart, FollowsTheSeedAndHesLaw) {
  const RandomRows rows(12, 400, 3, 1, 1);
  const auto objective = make(rows.view(), {200, 50}, 4);
  std::vector<float> theta(objective->parameters());
  std::vector<float> same(theta.size());
  std::vector<float> other(theta.size());
  objective->initial(7, theta);
  objective->initial(7, same);
  objective->initial(8, other);
  EXPECT_EQ(theta, same);
  EXPECT_NE(theta, other);
  double squares = 0;
  for (std::size_t i = 0; i < 400 * 200; ++i) squares += static_cast<double>(theta[i]) * theta[i];
  EXPECT_NEAR(squares / (400 * 200), 2.0 / 400, 0.02 * 2.0 / 400);
  for (std::size_t i = 400 * 200; i < 401 * 200; ++i) EXPECT_EQ(theta[i], 0);
  squares = 0;
  for (std::size_t i = 401 * 200; i < 401 * 200 + 200 * 50; ++i)
    squares += static_cast<double>(theta[i]) * theta[i];
  EXPECT_NEAR(squares / (200 * 50), 2.0 / 200, 0.06 * 2.0 / 200);
}

// As for the linear models: any build on any machine must find these bits again.
TEST(MlpGolden, BitsAreThoseOfEveryOtherMachine) {
  const RandomRows rows(500, 40, 3, 0.6, 23);
  const auto objective = make(rows.view(), {21, 10}, 2);
  std::vector<float> theta(objective->parameters());
  objective->initial(25, theta);
  EXPECT_EQ(hash_of_bits(theta), 0x7b25e99a2b27b8deU);
  EXPECT_EQ(hash_of_bits(gradient_of(*objective, theta, 1)), 0xda70424b753e0d0cU);
}

struct CountingPulse final : Pulse {
  std::size_t stop_at;
  std::size_t ticks = 0;
  explicit CountingPulse(std::size_t n) : stop_at(n) {}
  bool tick(double) override { return ++ticks < stop_at; }
};

TEST(MlpPulses, ComeOftenAndStopTheWorkAtOnce) {
  const RandomRows rows(64, 2000, 3, 0.9, 1);
  const auto objective = make(rows.view(), {400}, 1);
  const std::vector<float> theta(objective->parameters(), 0.0F);
  std::vector<float> out(objective->dimension());
  CountingPulse all(100000);
  EXPECT_TRUE(objective->chunk_gradient(theta, ChunkId(0), RoundId(1), out, all));
  EXPECT_GE(all.ticks, 64 / 10U);  // 10 rows of 800,000 products each at a time
  for (std::size_t n = 1; n < all.ticks; ++n) {
    CountingPulse pulse(n);
    EXPECT_FALSE(objective->chunk_gradient(theta, ChunkId(0), RoundId(1), out, pulse));
    EXPECT_EQ(pulse.ticks, n);
  }
}

TEST(MlpErrors, NameTheCulprit) {
  RandomRows rows(12, 5, 3, 1, 1);
  EXPECT_THAT(make_mlp(rows.view(), 1, {4}, cut(12, 2)).error().what, HasSubstr("at least 2 classes"));
  EXPECT_THAT(make_mlp(rows.view(), 3, {4, 0}, cut(12, 2)).error().what, HasSubstr("has no units"));
  EXPECT_THAT(make_mlp(rows.view(), 3, {1U << 20U, 1U << 20U}, cut(12, 2)).error().what,
              HasSubstr("hidden layers 1048576/1048576"));
  rows.labels[4] = 3;
  EXPECT_THAT(make_mlp(rows.view(), 3, {4}, cut(12, 2)).error().what, HasSubstr("row 5 has the label 3"));
}

TEST(ParseHidden, ReadsWidths) {
  EXPECT_EQ(parse_hidden("256/128").value(), (Widths{256, 128}));
  EXPECT_EQ(parse_hidden("1").value(), Widths{1});
}

TEST(ParseHidden, NamesWhatIsNoWidth) {
  for (const char* bad : {"", "/", "12/", "/12", "12//3", "x", "12/x", "-3", "+3", "1.5", " 3", "0", "12/0",
                          "99999999999999999999", "99999999"}) {
    const auto widths = parse_hidden(bad);
    ASSERT_FALSE(widths.ok()) << bad;
    EXPECT_THAT(widths.error().what, HasSubstr("--hidden " + std::string(bad) + ":"));
    EXPECT_THAT(widths.error().cure, HasSubstr("256/128"));
  }
  std::string many = "1";
  for (int i = 0; i < 64; ++i) many += "/1";
  EXPECT_THAT(parse_hidden(many).error().what, HasSubstr("65 layers"));
}

}  // namespace
}  // namespace gleaner
