#include "work/trainer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "support/line_objective.h"

namespace gleaner {
namespace {

using test::LineObjective;
using testing::HasSubstr;

OptimizerOptions sgd(double learning_rate) {
  OptimizerOptions o;
  o.kind = OptimizerKind::sgd;
  o.learning_rate = learning_rate;
  return o;
}

// What the cluster recovers: the sums over all chunks, tallies at the end.
std::vector<float> sums_of(const Objective& objective, const std::vector<float>& parameters) {
  std::vector<double> g(objective.parameters());
  const Tallies t = objective.reference(parameters, RoundId(1), g);
  std::vector<float> sums(g.begin(), g.end());
  for (const double tally : {t.loss, t.correct, t.samples}) sums.push_back(static_cast<float>(tally));
  return sums;
}

// Two weights and, after them, two buffers, whose values after chunk i are 10 + i and -i. Chunk i counts i +
// 1 samples; its gradient is (i + 1) (theta - 1).
class Buffered final : public Objective {
 public:
  explicit Buffered(bool with_l2 = false) : with_l2_(with_l2) {}
  [[nodiscard]] std::string_view name() const override { return "buffered"; }
  [[nodiscard]] std::size_t parameters() const override { return 4; }
  [[nodiscard]] std::size_t buffers() const override { return 2; }
  [[nodiscard]] bool has_l2() const override { return with_l2_; }
  [[nodiscard]] std::size_t chunks() const override { return 3; }
  void initial(std::uint64_t /*seed*/, std::span<float> p) const override {
    const std::vector<float> start{2, -1, 100, 200};
    std::ranges::copy(start, p.begin());
  }
  [[nodiscard]] bool chunk_gradient(std::span<const float>, ChunkId, RoundId, std::span<float>,
                                    Pulse&) const override {
    return false;  // these tests ask the twin
  }
  Tallies reference_chunk(std::span<const float> p, ChunkId chunk, RoundId,
                          std::span<double> g) const override {
    const auto i = static_cast<double>(chunk.value);
    for (std::size_t t = 0; t < 2; ++t) g[t] += (i + 1) * (p[t] - 1.0);
    g[2] += (i + 1) * (10 + i);
    g[3] -= (i + 1) * i;
    return {.loss = i + 1, .samples = i + 1};
  }
  [[nodiscard]] Tallies evaluate(std::span<const float>, const Samples&) const override { return {}; }
  [[nodiscard]] bool classifies() const override { return false; }
  [[nodiscard]] std::vector<Part> parts() const override { return {{"w", {2}}, {"mean", {2}}}; }

 private:
  bool with_l2_;
};

TEST(Trainer, BuffersBecomeTheMeanOverTheSamplesAndAreNotTrained) {
  for (const OptimizerKind kind : {OptimizerKind::sgd, OptimizerKind::adam}) {
    const auto model = std::make_shared<Buffered>();
    OptimizerOptions options = sgd(0.1);
    options.kind = kind;
    Trainer trainer(model, options, 0.5, 1);
    const std::vector<float> theta = *trainer.parameters();
    const Result<Trainer::Step> step = trainer.step(sums_of(*model, theta));
    ASSERT_TRUE(step);
    EXPECT_NEAR(step.value().loss, 1 + 0.25 * (4 + 1), 1e-6) << "L2 of the weights alone";
    const std::vector<float>& next = *trainer.parameters();
    if (kind == OptimizerKind::sgd) {
      EXPECT_FLOAT_EQ(next[0], 2 - 0.1F * (1 + 0.5F * 2));
      EXPECT_FLOAT_EQ(next[1], -1 - 0.1F * (-2 - 0.5F));
    }
    EXPECT_FLOAT_EQ(next[2], (10.F + 2 * 11 + 3 * 12) / 6);
    EXPECT_FLOAT_EQ(next[3], -(2.F * 1 + 3 * 2) / 6);

    const Trainer::State state = trainer.state();
    EXPECT_EQ(state.optimizer.size(), state_size(kind, 2)) << "nothing is kept of buffers";
    ASSERT_TRUE(Trainer::fits(state, *model, kind));
    Trainer again(model, options, 0.5, 1);
    again.restore(state);
    ASSERT_TRUE(trainer.step(sums_of(*model, next)));
    ASSERT_TRUE(again.step(sums_of(*model, *again.parameters())));
    EXPECT_EQ(*trainer.parameters(), *again.parameters());
    Trainer::State other = state;
    other.optimizer.resize(state_size(kind, 4));
    EXPECT_EQ(Trainer::fits(other, *model, kind), kind == OptimizerKind::sgd);
  }
}

TEST(Trainer, ABufferThatIsNotFiniteStopsTheTraining) {
  const auto model = std::make_shared<Buffered>();
  Trainer trainer(model, sgd(0.1), 0, 1);
  std::vector<float> sums = sums_of(*model, *trainer.parameters());
  sums[3] = std::numeric_limits<float>::infinity();
  const Result<Trainer::Step> step = trainer.step(sums);
  ASSERT_FALSE(step);
  EXPECT_THAT(step.error().sentence(), HasSubstr("not finite"));
}

TEST(Trainer, L2ThatIsInTheVectorsIsAddedToTheLossAlone) {
  const auto model = std::make_shared<Buffered>(true);
  Trainer with(model, sgd(0.1), 0.5, 1);
  Trainer without(std::make_shared<Buffered>(false), sgd(0.1), 0, 1);
  const std::vector<float> sums = sums_of(*model, *with.parameters());
  EXPECT_NEAR(with.step(sums).value().loss, without.step(sums).value().loss + 0.25 * (4 + 1), 1e-6);
  EXPECT_EQ(*with.parameters(), *without.parameters());
}

TEST(Trainer, TheGradientErrorLooksAtTrainedEntriesAlone) {
  const auto model = std::make_shared<Buffered>();
  const Trainer trainer(model, sgd(0.1), 0, 1);
  const std::vector<float>& theta = *trainer.parameters();
  std::vector<float> sums = sums_of(*model, theta);
  sums[2] += 1000;
  EXPECT_LT(trainer.gradient_error(sums, theta, RoundId(1)), 1e-7);
  sums[0] += 3;  // the norms of the chunks are (1, 2, 3) ||(1, -2)||
  EXPECT_NEAR(trainer.gradient_error(sums, theta, RoundId(1)), 3 / (6 * std::sqrt(5.0)), 1e-6);
}

TEST(Trainer, FollowsATwinInDoublePrecision) {
  constexpr double kEta = 0.02;
  constexpr double kLambda = 0.3;
  const auto line = std::make_shared<LineObjective>(5, 0.25F);
  Trainer trainer(line, sgd(kEta), kLambda, 1);
  std::vector<double> twin{0.25, 0.25};
  for (int round = 0; round < 200; ++round) {
    const std::vector<float> theta = *trainer.parameters();
    double loss = 0;
    std::vector<double> g(2);
    for (int x = 1; x <= 5; ++x) {
      const double e = twin[0] * x + twin[1] - (2 * x + 1);
      loss += e * e / 2 / 5;
      g[0] += e * x / 5;
      g[1] += e / 5;
    }
    loss += kLambda / 2 * (twin[0] * twin[0] + twin[1] * twin[1]);  // once, not once per sample or chunk
    const Result<Trainer::Step> step = trainer.step(sums_of(*line, theta));
    ASSERT_TRUE(step);
    EXPECT_NEAR(step.value().loss, loss, 1e-5 * (1 + loss));
    EXPECT_TRUE(std::isnan(step.value().accuracy));  // a line does not classify
    for (std::size_t i = 0; i < 2; ++i) {
      twin[i] -= kEta * (g[i] + kLambda * twin[i]);
      EXPECT_NEAR((*trainer.parameters())[i], twin[i], 1e-5);
    }
  }
}

TEST(Trainer, AStepMakesANewVectorAndLeavesTheOldOne) {
  const auto line = std::make_shared<LineObjective>(3);
  Trainer trainer(line, sgd(0.1), 0, 1);
  const Parameters before = trainer.parameters();
  const std::vector<float> copy = *before;
  ASSERT_TRUE(trainer.step(sums_of(*line, *before)));
  EXPECT_EQ(*before, copy);
  EXPECT_NE(*trainer.parameters(), copy);
}

// Of the sums of 2 of 4 chunks mean loss and mean gradient are those of these 2.
TEST(Trainer, AMeanIsOverTheSamplesThatWereRecovered) {
  const auto two = std::make_shared<LineObjective>(2);
  const auto four = std::make_shared<LineObjective>(4);
  Trainer a(two, sgd(0.1), 0, 1);
  Trainer b(four, sgd(0.1), 0, 1);
  const std::vector<float> sums = sums_of(*two, *a.parameters());
  EXPECT_EQ(a.step(sums).value().loss, b.step(sums).value().loss);
  EXPECT_EQ(*a.parameters(), *b.parameters());
}

TEST(Trainer, RefusesWithoutSamplesAndKeepsTheModel) {
  const auto line = std::make_shared<LineObjective>(3);
  Trainer trainer(line, sgd(0.1), 0, 1);
  const Parameters before = trainer.parameters();
  for (const float samples : {0.0F, 0.4F, -3.0F, std::numeric_limits<float>::quiet_NaN()}) {
    std::vector<float> sums = sums_of(*line, *before);
    sums.back() = samples;
    const Result<Trainer::Step> step = trainer.step(sums);
    ASSERT_FALSE(step);
    EXPECT_THAT(step.error().sentence(), HasSubstr("no sample"));
    EXPECT_EQ(trainer.parameters(), before);
  }
}

TEST(Trainer, SaysThatTheTrainingDivergedAndKeepsTheModel) {
  const auto line = std::make_shared<LineObjective>(3);
  Trainer trainer(line, sgd(1e30), 0, 1);
  const Parameters before = trainer.parameters();
  std::vector<float> sums = sums_of(*line, *before);
  sums[0] = 3e38F;  // the parameters overflow
  Result<Trainer::Step> step = trainer.step(sums);
  ASSERT_FALSE(step);
  EXPECT_THAT(step.error().sentence(), HasSubstr("diverged"));
  EXPECT_THAT(step.error().sentence(), HasSubstr("--lr"));
  EXPECT_EQ(trainer.parameters(), before);

  sums = sums_of(*line, *before);
  sums[2] = std::numeric_limits<float>::infinity();  // the loss does
  step = trainer.step(sums);
  ASSERT_FALSE(step);
  EXPECT_THAT(step.error().sentence(), HasSubstr("the loss is not finite"));
  EXPECT_EQ(trainer.parameters(), before);
}

TEST(Trainer, GivesTheAdviceThatItWasTold) {
  const auto line = std::make_shared<LineObjective>(3);
  Trainer trainer(line, sgd(1), 0, 1, {}, "ask somebody");
  std::vector<float> sums = sums_of(*line, *trainer.parameters());
  sums[0] = 3e38F * 10;
  const Result<Trainer::Step> step = trainer.step(sums);
  ASSERT_FALSE(step);
  EXPECT_THAT(step.error().sentence(), HasSubstr("ask somebody"));
}

TEST(Trainer, StopsWhenTheLossExplodes) {
  const auto line = std::make_shared<LineObjective>(3);
  Trainer trainer(line, sgd(0.5), 0, 1);  // the curve's largest eigenvalue is above 5: 0.5 is too much
  for (int round = 1; round < 30; ++round) {
    const Result<Trainer::Step> step = trainer.step(sums_of(*line, *trainer.parameters()));
    if (step) continue;
    EXPECT_THAT(step.error().sentence(), HasSubstr("the loss has grown from"));
    EXPECT_THAT(step.error().sentence(), HasSubstr("lower --lr from 0.5 to 0.05"));
    return;
  }
  FAIL() << "it went on";
}

TEST(Trainer, FollowsTheSchedule) {
  const auto line = std::make_shared<LineObjective>(3);
  const Schedule halves{.kind = Schedule::Kind::step, .every = 1, .factor = 0.5};
  Trainer trainer(line, sgd(0.1), 0, 1, halves);
  for (double rate = 0.1; rate > 0.01; rate /= 2) {
    Trainer plain(line, sgd(rate), 0, 1);
    Trainer::State from = plain.state();
    from.parameters = trainer.parameters();
    plain.restore(from);
    const std::vector<float> sums = sums_of(*line, *trainer.parameters());
    ASSERT_TRUE(plain.step(sums));
    const Result<Trainer::Step> step = trainer.step(sums);
    EXPECT_EQ(step.value().learning_rate, rate);
    EXPECT_EQ(*trainer.parameters(), *plain.parameters());
  }
}

TEST(Trainer, GoesOnFromARestoredState) {
  const auto line = std::make_shared<LineObjective>(3);
  for (const OptimizerKind kind :
       {OptimizerKind::sgd, OptimizerKind::momentum, OptimizerKind::nesterov, OptimizerKind::adam}) {
    OptimizerOptions options = sgd(0.05);
    options.kind = kind;
    const Schedule linear{.kind = Schedule::Kind::linear, .rounds = 20};
    Trainer whole(line, options, 0.1, 1, linear);
    for (int r = 0; r < 7; ++r) ASSERT_TRUE(whole.step(sums_of(*line, *whole.parameters())));
    Trainer resumed(line, options, 0.1, 1, linear);
    ASSERT_TRUE(Trainer::fits(whole.state(), *line, kind));
    resumed.restore(whole.state());
    for (int r = 7; r < 20; ++r) {
      ASSERT_TRUE(whole.step(sums_of(*line, *whole.parameters())));
      ASSERT_TRUE(resumed.step(sums_of(*line, *resumed.parameters())));
      ASSERT_EQ(*whole.parameters(), *resumed.parameters());
    }
    Trainer::State other = whole.state();
    other.optimizer.push_back(0);
    EXPECT_FALSE(Trainer::fits(other, *line, kind));
    other = whole.state();
    other.parameters = std::make_shared<std::vector<float>>(3);
    EXPECT_FALSE(Trainer::fits(other, *line, kind));
  }
}

TEST(Trainer, TheGradientErrorIsRelativeToTheNormsOfTheChunks) {
  const auto line = std::make_shared<LineObjective>(3);
  const Trainer trainer(line, sgd(0.1), 0, 1);
  const std::vector<float>& theta = *trainer.parameters();
  std::vector<float> sums = sums_of(*line, theta);
  EXPECT_LT(trainer.gradient_error(sums, theta, RoundId(1)), 1e-7);
  double norms = 0;  // at zero the error of point x is 2 x + 1
  for (const double x : {1.0, 2.0, 3.0}) norms += (2 * x + 1) * std::sqrt(x * x + 1);
  sums[0] += 3;
  sums[1] -= 4;
  EXPECT_NEAR(trainer.gradient_error(sums, theta, RoundId(1)), 5 / norms, 1e-6);
  sums[2] += 100;  // tallies are no part of the gradient
  EXPECT_NEAR(trainer.gradient_error(sums, theta, RoundId(1)), 5 / norms, 1e-6);
}

}  // namespace
}  // namespace gleaner
