// The accuracies that the defaults promise: 100 full-batch rounds from zero, on one machine without coding.
#include "training/defaults.h"

#include <gtest/gtest.h>

#include "data/split.h"
#include "data/synthetic.h"
#include "objective/objective.h"
#include "support/shared_data.h"
#include "training/samples.h"

namespace gleaner {
namespace {

constexpr OptimizerKind kKinds[] = {OptimizerKind::sgd, OptimizerKind::momentum, OptimizerKind::adam};
constexpr std::uint64_t kRounds = 100;

Tallies after_training(const Objective& objective, const OptimizerOptions& options, const Dataset& test) {
  std::vector<float> theta(objective.parameters());
  std::vector<float> chunk(objective.dimension());
  objective.initial(0, theta);
  Optimizer optimizer(options, theta.size());
  FreePulse pulse;
  for (std::uint64_t round = 1; round <= kRounds; ++round) {
    std::vector<double> sum(objective.dimension(), 0);
    for (std::uint32_t c = 0; c < objective.chunks(); ++c) {
      EXPECT_TRUE(objective.chunk_gradient(theta, ChunkId(c), RoundId(round), chunk, pulse));
      for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += chunk[i];
    }
    std::vector<float> mean(theta.size());
    for (std::size_t i = 0; i < mean.size(); ++i) mean[i] = static_cast<float>(sum[i] / sum.back());
    optimizer.step(theta, mean);
  }
  return objective.evaluate(theta, samples_of(test));
}

double accuracy_after_training(const Objective& objective, const OptimizerOptions& options,
                               const Dataset& test) {
  const Tallies tallies = after_training(objective, options, test);
  return tallies.correct / tallies.samples;
}

TEST(Defaults, AreValidForAnyObjective) {
  for (const char* objective : {"softmax", "logistic", "linear", "mlp", "something else"}) {
    EXPECT_TRUE(check(default_optimizer(objective)).ok());
    for (const OptimizerKind kind : kKinds) {
      EXPECT_TRUE(check(default_optimizer(objective, kind)).ok());
      EXPECT_EQ(default_optimizer(objective, kind).kind, kind);
    }
  }
}

class DefaultsOf : public ::testing::TestWithParam<OptimizerKind> {};
INSTANTIATE_TEST_SUITE_P(Kinds, DefaultsOf, ::testing::ValuesIn(kKinds),
                         [](const auto& tested) { return std::string(name_of(tested.param)); });

TEST_P(DefaultsOf, SoftmaxReadsDigits) {
  GLEANER_SHARED_FILE(path, "data/t10k-images-idx3-ubyte.gz");
  DataSpec spec;
  spec.data = path;
  spec.labels = path.parent_path() / "t10k-labels-idx1-ubyte.gz";
  const Result<Dataset> digits = load_dataset(spec);
  ASSERT_TRUE(digits.ok()) << digits.error().sentence();
  EXPECT_EQ(digits.value().rows, 10000U);
  EXPECT_EQ(digits.value().features, 784U);
  EXPECT_EQ(digits.value().classes, 10U);
  const TrainTest parts = split_tail(digits.value(), 0.2).value();
  const auto objective = make_softmax(samples_of(parts.train), 10, chunk_ranges(8000, 10).value()).value();
  EXPECT_GE(accuracy_after_training(*objective, default_optimizer("softmax", GetParam()), parts.test), 0.915);
}

TEST_P(DefaultsOf, MlpReadsDigitsInMiniBatches) {
  GLEANER_SHARED_FILE(path, "data/t10k-images-idx3-ubyte.gz");
  DataSpec spec;
  spec.data = path;
  spec.labels = path.parent_path() / "t10k-labels-idx1-ubyte.gz";
  const TrainTest parts = split_tail(load_dataset(spec).value(), 0.2).value();
  const auto objective =
      make_mlp(samples_of(parts.train), 10, {64}, chunk_ranges(8000, 10).value(), {.rows = 80, .seed = 1})
          .value();
  EXPECT_GE(accuracy_after_training(*objective, default_optimizer("mlp", GetParam()), parts.test), 0.93);
}

// A regression on the digit's number explains little of it, but every optimiser must go down and none away.
TEST_P(DefaultsOf, LinearComesDownOnPixels) {
  GLEANER_SHARED_FILE(path, "data/t10k-images-idx3-ubyte.gz");
  DataSpec spec;
  spec.data = path;
  spec.labels = path.parent_path() / "t10k-labels-idx1-ubyte.gz";
  const TrainTest parts = split_tail(load_dataset(spec).value(), 0.2).value();
  const auto objective = make_linear(samples_of(parts.train), chunk_ranges(8000, 10).value()).value();
  const std::vector<float> zero(objective->parameters(), 0.0F);
  const Tallies before = objective->evaluate(zero, samples_of(parts.test));
  const Tallies after = after_training(*objective, default_optimizer("linear", GetParam()), parts.test);
  EXPECT_LE(after.loss, before.loss / 6);
}

TEST_P(DefaultsOf, LogisticTellsIncomes) {
  GLEANER_SHARED_FILE(path, "data/a8a");
  DataSpec train_spec;
  train_spec.data = path;
  DataSpec test_spec;
  test_spec.data = path.parent_path() / "a8a.t";
  const Result<TrainTest> incomes = load_train_test(train_spec, test_spec);
  ASSERT_TRUE(incomes.ok()) << incomes.error().sentence();
  const TrainTest& parts = incomes.value();
  EXPECT_EQ(parts.train.rows, 22696U);
  EXPECT_EQ(parts.test.rows, 9865U);
  EXPECT_EQ(parts.train.features, 123U);
  const auto objective =
      make_logistic(samples_of(parts.train), chunk_ranges(parts.train.rows, 10).value()).value();
  EXPECT_GE(accuracy_after_training(*objective, default_optimizer("logistic", GetParam()), parts.test),
            0.845);
}

TEST(Defaults, LogisticTellsMushrooms) {
  GLEANER_SHARED_FILE(path, "data/agaricus.txt.train");
  DataSpec train_spec;
  train_spec.data = path;
  DataSpec test_spec;
  test_spec.data = path.parent_path() / "agaricus.txt.test";
  const Result<TrainTest> mushrooms = load_train_test(train_spec, test_spec);
  ASSERT_TRUE(mushrooms.ok()) << mushrooms.error().sentence();
  const TrainTest& parts = mushrooms.value();
  EXPECT_EQ(parts.train.rows, 6513U);
  EXPECT_EQ(parts.test.rows, 1611U);
  const auto objective = make_logistic(samples_of(parts.train), chunk_ranges(6513, 10).value()).value();
  EXPECT_GE(accuracy_after_training(*objective, default_optimizer("logistic"), parts.test), 0.98);
}

TEST(Defaults, SoftmaxLearnsSyntheticClasses) {
  for (const std::size_t classes : {2U, 10U}) {
    const TrainTest parts = split_tail(synthetic_classification(5000, 20, classes, 7), 0.2).value();
    const auto objective =
        make_softmax(samples_of(parts.train), classes, chunk_ranges(4000, 8).value()).value();
    EXPECT_GE(accuracy_after_training(*objective, default_optimizer("softmax"), parts.test), 0.88);
  }
}

}  // namespace
}  // namespace gleaner
