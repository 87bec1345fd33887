#include "training/optimizer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "base/random.h"

namespace gleaner {
namespace {

using ::testing::HasSubstr;

constexpr OptimizerKind kKinds[] = {OptimizerKind::sgd,    OptimizerKind::momentum, OptimizerKind::nesterov,
                                    OptimizerKind::adam,   OptimizerKind::fedavg,   OptimizerKind::fedavgm,
                                    OptimizerKind::fedadam};

// The declared formulas for a single parameter, in doubles throughout and with pow.
struct Twin {
  OptimizerOptions o;
  double theta = 0, v = 0, m = 0, s = 0;
  int t = 0;

  explicit Twin(const OptimizerOptions& options) : o(options) {
    if (o.kind == OptimizerKind::fedadam) s = o.epsilon * o.epsilon;
  }

  void step(double g) {
    ++t;
    v = o.momentum * v + g;
    m = o.momentum * m + (1 - o.momentum) * g;
    s = o.beta2 * s + (1 - o.beta2) * g * g;
    switch (o.kind) {
      case OptimizerKind::sgd:
      case OptimizerKind::fedavg: theta -= o.learning_rate * g; break;
      case OptimizerKind::momentum:
      case OptimizerKind::fedavgm: theta -= o.learning_rate * v; break;
      case OptimizerKind::nesterov: theta -= o.learning_rate * (g + o.momentum * v); break;
      case OptimizerKind::adam:
        theta -= o.learning_rate * (m / (1 - std::pow(o.momentum, t))) /
                 (std::sqrt(s / (1 - std::pow(o.beta2, t))) + o.epsilon);
        break;
      case OptimizerKind::fedadam: theta -= o.learning_rate * m / (std::sqrt(s) + o.epsilon);
    }
  }
};

class EveryOptimizer : public ::testing::TestWithParam<OptimizerKind> {};
INSTANTIATE_TEST_SUITE_P(Kinds, EveryOptimizer, ::testing::ValuesIn(kKinds),
                         [](const auto& tested) { return std::string(name_of(tested.param)); });

TEST_P(EveryOptimizer, FollowsItsFormula) {
  OptimizerOptions options;
  options.kind = GetParam();
  options.learning_rate = 0.03;
  Random random({.seed = 1});
  std::vector<Twin> twins(8, Twin(options));
  std::vector<float> theta(8, 0.0F);
  std::vector<double> largest(8, 0);
  Optimizer optimizer(options, 8);
  for (int round = 0; round < 200; ++round) {
    std::vector<float> gradient(8);
    for (std::size_t i = 0; i < 8; ++i) {
      gradient[i] = static_cast<float>(random.normal() * std::pow(10.0, static_cast<double>(i) - 4));
      twins[i].step(gradient[i]);
    }
    optimizer.step(theta, gradient);
    // Each step rounds theta once to float.
    for (std::size_t i = 0; i < 8; ++i) {
      largest[i] = std::max(largest[i], std::abs(twins[i].theta));
      ASSERT_NEAR(theta[i], twins[i].theta, 6e-8 * (round + 1) * largest[i]);
    }
  }
  EXPECT_EQ(optimizer.steps(), 200U);
}

TEST_P(EveryOptimizer, ContinuesFromARestoredState) {
  OptimizerOptions options;
  options.kind = GetParam();
  const std::vector<float> gradient{1.0F, -2.0F, 0.5F};
  Optimizer whole(options, 3);
  std::vector<float> theta(3, 0.0F);
  for (int i = 0; i < 5; ++i) whole.step(theta, gradient);

  Optimizer resumed(options, 3);
  ASSERT_TRUE(resumed.restore(whole.steps(), whole.state()).ok());
  std::vector<float> other = theta;
  whole.step(theta, gradient);
  resumed.step(other, gradient);
  EXPECT_EQ(theta, other);
  EXPECT_THAT(resumed.restore(1, std::vector<double>(7)).error().what, HasSubstr("has 7 numbers"));
}

TEST_P(EveryOptimizer, FindsTheBottomOfABowl) {
  OptimizerOptions options;
  options.kind = GetParam();
  options.learning_rate = 0.05;
  Optimizer optimizer(options, 2);
  std::vector<float> theta{0.0F, 0.0F};
  for (int i = 0; i < 500; ++i)
    optimizer.step(theta, std::vector<float>{theta[0] - 1.0F, 3.0F * (theta[1] + 2.0F)});
  EXPECT_NEAR(theta[0], 1, 1e-2);
  EXPECT_NEAR(theta[1], -2, 1e-2);
}

// The textbook's two lines: a look-ahead point y, and the gradient taken there.
//   v <- beta v - eta grad(y + ..)  with  y = x + beta v;  the kept theta is y.
TEST(Nesterov, IsTheLookAheadOfTheTextbook) {
  constexpr double kEta = 0.05;
  constexpr double kBeta = 0.9;
  const auto slope = [](double y) { return 2 * (y - 3); };
  double x = 0;  // the point that the textbook keeps
  double v = 0;
  Optimizer optimizer({OptimizerKind::nesterov, kEta, kBeta}, 1);
  std::vector<float> theta{0.0F};
  for (int t = 0; t < 50; ++t) {
    const double ahead = x + kBeta * v;
    ASSERT_NEAR(theta[0], ahead, 1e-5);
    v = kBeta * v - kEta * slope(ahead);
    x += v;
    optimizer.step(theta, std::vector<float>{static_cast<float>(slope(theta[0]))});
  }
}

TEST_P(EveryOptimizer, ARateFactorIsAnotherLearningRateForOneStep) {
  OptimizerOptions options;
  options.kind = GetParam();
  options.learning_rate = 0.5;
  OptimizerOptions smaller = options;
  smaller.learning_rate = 0.125;
  const std::vector<float> gradient{1.0F, -2.0F, 0.5F};
  Optimizer a(options, 3);
  Optimizer b(smaller, 3);
  std::vector<float> theta(3, 0.0F);
  std::vector<float> other(3, 0.0F);
  a.step(theta, gradient, 0.25);
  b.step(other, gradient);
  EXPECT_EQ(theta, other);
  a.step(theta, gradient, 1);
  b.step(other, gradient, 4);
  EXPECT_EQ(theta, other);
  const std::vector<float> before = theta;
  a.step(theta, gradient, 0);
  EXPECT_EQ(theta, before);
}

// By hand, with the numbers of the paper: tau = 1e-3, s starts at tau^2, nothing is corrected for the start.
TEST(FedAdam, TakesTheFirstStepsOfItsPaper) {
  Optimizer optimizer({OptimizerKind::fedadam, 0.1, 0.9, 0.99, 1e-3}, 1);
  std::vector<float> theta{0.0F};
  optimizer.step(theta, std::vector<float>{0.02F});
  double m = 0.1 * 0.02;
  double s = 0.99 * 1e-6 + 0.01 * 4e-4;
  double expected = -0.1 * m / (std::sqrt(s) + 1e-3);
  EXPECT_NEAR(theta[0], expected, 1e-8);
  optimizer.step(theta, std::vector<float>{-0.01F});
  m = 0.9 * m - 0.1 * 0.01;
  s = 0.99 * s + 0.01 * 1e-4;
  expected -= 0.1 * m / (std::sqrt(s) + 1e-3);
  EXPECT_NEAR(theta[0], expected, 1e-8);
  Optimizer still({OptimizerKind::fedadam, 0.1, 0.9, 0.99, 1e-3}, 1);
  still.step(theta, std::vector<float>{0.0F});
  EXPECT_NEAR(theta[0], expected, 1e-8) << "no change, no step";
}

TEST(FedAvg, OfRateOneIsTheMeanOfTheLocalModels) {
  Optimizer optimizer({OptimizerKind::fedavg, 1}, 2);
  std::vector<float> theta{3.0F, -1.0F};
  optimizer.step(theta, std::vector<float>{0.5F, 0.25F});
  EXPECT_EQ(theta, (std::vector<float>{2.5F, -1.25F}));
}

TEST(OptimizerOptions, SayWhichFlagIsOutOfRange) {
  const auto error = [](auto change) {
    OptimizerOptions options;
    change(options);
    const Status status = check(options);
    EXPECT_FALSE(status.ok());
    return status.ok() ? std::string() : status.error().what;
  };
  EXPECT_TRUE(check(OptimizerOptions{}).ok());
  EXPECT_THAT(error([](auto& o) { o.learning_rate = 0; }), HasSubstr("--lr is 0, expected"));
  EXPECT_THAT(error([](auto& o) { o.learning_rate = std::nan(""); }), HasSubstr("--lr is nan"));
  EXPECT_THAT(error([](auto& o) { o.learning_rate = HUGE_VAL; }), HasSubstr("--lr is inf"));
  EXPECT_THAT(error([](auto& o) { o.momentum = 1; }),
              HasSubstr("--momentum is 1, expected a number in [0, 1)"));
  EXPECT_THAT(error([](auto& o) { o.beta2 = -0.1; }), HasSubstr("beta2"));
  EXPECT_THAT(error([](auto& o) { o.epsilon = 0; }), HasSubstr("epsilon"));
}

TEST(OptimizerNames, AreReadBackAndSuggested) {
  for (const OptimizerKind kind : kKinds) EXPECT_EQ(parse_optimizer(name_of(kind)).value(), kind);
  EXPECT_THAT(parse_optimizer("rmsprop").error().sentence(),
              HasSubstr("'rmsprop'; give --optimizer sgd, momentum, nesterov or adam"));
  EXPECT_TRUE(is_federated(OptimizerKind::fedavg) && is_federated(OptimizerKind::fedadam));
  EXPECT_FALSE(is_federated(OptimizerKind::sgd) || is_federated(OptimizerKind::adam));
}

}  // namespace
}  // namespace gleaner
