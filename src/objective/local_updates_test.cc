// Local updates against their twin, and against steps that are taken by hand.
#include "objective/local_updates.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>

#include "objective/test_samples.h"

namespace gleaner {
namespace {

using ::gleaner::test::random_parameters;
using ::gleaner::test::RandomRows;
using ::testing::HasSubstr;

constexpr std::size_t kChunks = 5;

std::vector<IndexRange> cut(std::size_t rows) {
  std::vector<IndexRange> ranges;
  for (std::size_t i = 0; i < kChunks; ++i) ranges.push_back(part_of(rows, i, kChunks));
  return ranges;
}

std::vector<std::size_t> sizes(std::size_t rows) {
  std::vector<std::size_t> all;
  for (const IndexRange& range : cut(rows)) all.push_back(range.size());
  return all;
}

struct Model {
  Model(bool deep, std::size_t n, std::size_t batch, std::uint64_t seed) : rows(n, 6, 3, 0.8, seed) {
    const MiniBatch mini{.rows = batch, .seed = seed};
    inner = deep ? make_mlp(rows.view(), 3, {4}, cut(n), mini).value()
                 : make_softmax(rows.view(), 3, cut(n), mini).value();
    theta = random_parameters(inner->parameters(), 0.7, seed + 1);
  }
  [[nodiscard]] std::shared_ptr<const Objective> with(const LocalUpdates& local) const {
    return make_local_updates(inner, local, sizes(rows.rows)).value();
  }

  RandomRows rows;
  std::shared_ptr<const Objective> inner;
  std::vector<float> theta;
};

std::vector<float> vector_of(const Objective& objective, std::span<const float> theta, std::uint32_t chunk,
                             std::uint64_t round) {
  std::vector<float> out(objective.dimension());
  FreePulse pulse;
  GLEANER_CHECK(objective.chunk_gradient(theta, ChunkId(chunk), RoundId(round), out, pulse), "free");
  return out;
}

double distance(std::span<const float> a, std::span<const double> b) {
  double squares = 0;
  for (std::size_t i = 0; i < b.size(); ++i) squares += (a[i] - b[i]) * (a[i] - b[i]);
  return std::sqrt(squares);
}

double norm(std::span<const double> a) { return distance(std::vector<float>(a.size(), 0.0F), a); }

RC_GTEST_PROP(LocalUpdates, FollowTheirTwin, ()) {
  const bool deep = *rc::gen::arbitrary<bool>();
  const Model model(deep, *rc::gen::inRange<std::size_t>(kChunks, 80), *rc::gen::inRange<std::size_t>(0, 9),
                    *rc::gen::inRange<std::uint64_t>(1, 1000));
  LocalUpdates local;
  local.steps = *rc::gen::inRange<std::size_t>(1, 8);
  local.learning_rate = *rc::gen::element(0.01, 0.3, 1.0);
  local.prox = local.steps == 1 ? 0 : *rc::gen::element(0.0, 0.1, 1.0);
  local.l2 = *rc::gen::element(0.0, 0.05);
  const auto objective = model.with(local);
  const auto round = *rc::gen::inRange<std::uint64_t>(1, 50);
  for (std::uint32_t chunk = 0; chunk < kChunks; ++chunk) {
    const std::vector<float> got = vector_of(*objective, model.theta, chunk, round);
    std::vector<double> expected(objective->parameters(), 0);
    const Tallies t = objective->reference_chunk(model.theta, ChunkId(chunk), RoundId(round), expected);
    // A kink of a rectifier may be met on one side here and on the other there; sums of 80 rows show it.
    RC_ASSERT(distance(got, expected) <= 2e-6 * norm(expected));
    const std::size_t d = objective->parameters();
    RC_ASSERT(std::abs(got[d] - t.loss) <= 1e-6 * t.loss);
    RC_ASSERT(std::abs(got[d + 1] - t.correct) <= 1e-5);
    RC_ASSERT(got[d + 2] == static_cast<float>(cut(model.rows.rows)[chunk].size()));
  }
}

// The steps by hand, out of inner's own gradients: rounds, weights, pulls.
TEST(LocalUpdates, AreStepsOnMiniBatchesOfTheirOwn) {
  const Model model(false, 60, 4, 3);
  const LocalUpdates local{.steps = 3, .learning_rate = 0.5, .prox = 0.4, .l2 = 0.1};
  constexpr std::uint64_t kRound = 7;
  std::vector<double> at(model.theta.begin(), model.theta.end());
  for (std::uint64_t k = 1; k <= 3; ++k) {
    const std::vector<float> seen(at.begin(), at.end());
    const std::vector<float> g = vector_of(*model.inner, seen, 2, (kRound - 1) * 3 + k);
    EXPECT_EQ(g.back(), 4) << "samples of the batch";
    for (std::size_t i = 0; i < at.size(); ++i)
      at[i] -= 0.5 * (g[i] / 4.0 + 0.4 * (at[i] - model.theta[i]) + 0.1 * at[i]);
  }
  const std::vector<float> got = vector_of(*model.with(local), model.theta, 2, kRound);
  for (std::size_t i = 0; i < at.size(); ++i) EXPECT_NEAR(got[i], 12 * (model.theta[i] - at[i]), 1e-5);
  const std::vector<float> first = vector_of(*model.inner, model.theta, 2, (kRound - 1) * 3 + 1);
  EXPECT_FLOAT_EQ(got[at.size()], 12 * first[at.size()] / 4) << "the loss before the first step, of all rows";
  EXPECT_FLOAT_EQ(got[at.size() + 1], 12 * first[at.size() + 1] / 4);
  EXPECT_EQ(got.back(), 12);
}

TEST(LocalUpdates, ASingleStepIsTheGradientTimesTheRate) {
  for (const std::size_t batch : {0, 4}) {
    const Model model(true, 63, batch, 5);
    const auto one = model.with({.steps = 1, .learning_rate = 0.25});
    for (std::uint32_t chunk = 0; chunk < kChunks; ++chunk) {
      const std::vector<float> g = vector_of(*model.inner, model.theta, chunk, 9);
      const std::vector<float> got = vector_of(*one, model.theta, chunk, 9);
      const double rows = got.back();
      for (std::size_t i = 0; i < model.theta.size(); ++i)
        EXPECT_EQ(got[i], static_cast<float>(rows * (0.25 * (g[i] / static_cast<double>(g.back())))));
    }
  }
}

TEST(LocalUpdates, ManySmallStepsAddUp) {  // each of them is lost in the rounding of a float near 1
  const Model model(false, 50, 0, 4);
  const std::vector<float> ones(model.theta.size(), 1.0F);
  constexpr std::size_t kSteps = 50;
  const auto many = model.with({.steps = kSteps, .learning_rate = 1e-8});
  const auto one = model.with({.steps = 1, .learning_rate = 1e-8});
  const std::vector<float> far = vector_of(*many, ones, 0, 1);
  const std::vector<float> near = vector_of(*one, ones, 0, 1);
  for (std::size_t i = 0; i < ones.size(); ++i)
    EXPECT_NEAR(far[i], kSteps * near[i], 1e-3 * std::abs(kSteps * near[i]));
}

TEST(LocalUpdates, APullKeepsTheModelNearer) {
  const Model model(false, 60, 0, 8);
  const auto length = [&](double prox) {
    const auto o = model.with({.steps = 20, .learning_rate = 0.5, .prox = prox});
    std::vector<double> change(o->parameters(), 0);
    o->reference_chunk(model.theta, ChunkId(1), RoundId(1), change);
    return norm(change);
  };
  EXPECT_LT(length(0.5), 0.7 * length(0));
  EXPECT_LT(length(1), length(0.5));
}

// One weight and one buffer that counts by 3 whenever it is passed on; every chunk draws 2 of its 10 rows.
class Counting final : public Objective {
 public:
  [[nodiscard]] std::string_view name() const override { return "counting"; }
  [[nodiscard]] std::size_t parameters() const override { return 2; }
  [[nodiscard]] std::size_t buffers() const override { return 1; }
  [[nodiscard]] std::size_t chunks() const override { return 2; }
  void initial(std::uint64_t, std::span<float> p) const override { p[0] = p[1] = 0; }
  [[nodiscard]] bool chunk_gradient(std::span<const float> p, ChunkId, RoundId, std::span<float> out,
                                    Pulse& pulse) const override {
    out[0] = 2 * p[1];  // 2 samples, of which each has a slope of the buffer's size
    out[1] = 2 * (p[1] + 3);
    out[2] = 6;
    out[3] = 1;
    out[4] = 2;
    return pulse.tick(0.5);
  }
  Tallies reference_chunk(std::span<const float> p, ChunkId, RoundId, std::span<double> g) const override {
    g[0] += 2 * p[1];
    g[1] += 2 * (p[1] + 3);
    return {6, 1, 2};
  }
  [[nodiscard]] Tallies evaluate(std::span<const float>, const Samples&) const override { return {}; }
  [[nodiscard]] bool classifies() const override { return true; }
  [[nodiscard]] std::vector<Part> parts() const override { return {{"w", {1}}, {"mean", {1}}}; }
};

TEST(LocalUpdates, BuffersGoOnFromStepToStep) {
  const auto inner = std::make_shared<Counting>();
  // The pulls must leave the buffer alone.
  const auto o = make_local_updates(inner, {.steps = 4, .learning_rate = 0.5}, {10, 0}).value();
  EXPECT_EQ(o->buffers(), 1U);
  const std::vector<float> theta{7, 1};
  const std::vector<float> got = vector_of(*o, theta, 0, 1);
  EXPECT_EQ(got, (std::vector<float>{10 * 0.5F * (1 + 4 + 7 + 10), 10 * 13, 10 * 3, 10 * 0.5F, 10}));
  std::vector<double> twin(2, 0);
  o->reference_chunk(theta, ChunkId(0), RoundId(1), twin);
  EXPECT_EQ(twin, (std::vector<double>{110, 130}));

  const auto pulled =
      make_local_updates(inner, {.steps = 4, .learning_rate = 0.1, .prox = 1, .l2 = 1}, {10, 0});
  EXPECT_EQ(vector_of(*pulled.value(), theta, 0, 1)[1], 130);
  EXPECT_EQ(vector_of(*o, theta, 1, 1), std::vector<float>(5, 0.0F)) << "a chunk without rows";
}

class Watching final : public Pulse {
 public:
  explicit Watching(std::size_t stop_after = 1000) : stop_after_(stop_after) {}
  [[nodiscard]] bool tick(double fraction) override {
    seen.push_back(fraction);
    return seen.size() < stop_after_;
  }
  std::vector<double> seen;

 private:
  std::size_t stop_after_;
};

TEST(LocalUpdates, PulsesRunOverAllStepsAndEndTheWork) {
  const auto o =
      make_local_updates(std::make_shared<Counting>(), {.steps = 4, .learning_rate = 0.5}, {10, 10});
  std::vector<float> out(5);
  Watching all;
  EXPECT_TRUE(o.value()->chunk_gradient(std::vector<float>{0, 0}, ChunkId(0), RoundId(1), out, all));
  EXPECT_EQ(all.seen, (std::vector<double>{0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875, 1, 1}));
  for (std::size_t stop = 1; stop <= all.seen.size(); ++stop) {
    Watching told(stop);
    EXPECT_FALSE(o.value()->chunk_gradient(std::vector<float>{0, 0}, ChunkId(0), RoundId(1), out, told));
    EXPECT_EQ(told.seen.size(), stop) << "at once";
  }
}

TEST(LocalUpdates, StepsThatOverflowAreNotFinite) {
  const Model model(false, 30, 0, 2);
  const auto o = model.with({.steps = 2, .learning_rate = 1e39});
  const std::vector<float> got = vector_of(*o, model.theta, 0, 1);
  EXPECT_TRUE(std::any_of(got.begin(), got.end(), [](float x) { return !std::isfinite(x); }));
}

TEST(LocalUpdates, ThatMakeNoSenseAreRefusedWithACure) {
  const auto refusal = [](const LocalUpdates& local) { return check(local).error().sentence(); };
  const double nan = std::nan("");
  EXPECT_TRUE(check(LocalUpdates{.steps = 1, .learning_rate = 0.1}).ok());
  EXPECT_THAT(refusal({.steps = 2'000'000, .learning_rate = 1}), HasSubstr("--local-steps 2000000"));
  EXPECT_THAT(refusal({.steps = 2, .learning_rate = 0}), HasSubstr("--local-lr is 0"));
  EXPECT_THAT(refusal({.steps = 2, .learning_rate = nan}), HasSubstr("--local-lr is nan"));
  EXPECT_THAT(refusal({.steps = 2, .learning_rate = HUGE_VAL}), HasSubstr("--local-lr is inf"));
  EXPECT_THAT(refusal({.steps = 2, .learning_rate = 1, .prox = -1}), HasSubstr("--prox -1"));
  EXPECT_THAT(refusal({.steps = 2, .learning_rate = 1, .prox = nan}), HasSubstr("--prox nan"));
  EXPECT_THAT(refusal({.steps = 1, .learning_rate = 1, .prox = 0.5}), HasSubstr("--local-steps 2 or more"));
  EXPECT_THAT(refusal({.steps = 2, .learning_rate = 1, .prox = 1, .l2 = 1}), HasSubstr("below 0.5"));
}

}  // namespace
}  // namespace gleaner
