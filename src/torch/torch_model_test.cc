#include "torch/torch_model.h"

#include <cmath>
#include <numeric>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "torch/test_charlm.h"

#if GLEANER_HAS_TORCH
namespace gleaner {
namespace {

using test::bits_of;
using test::charlm_choice;
using test::kShape;
using ::testing::HasSubstr;

class TorchModelTest : public test::Charlm {};

// Says stop at the first pulse from `limit` on.
class Stopper final : public Pulse {
 public:
  explicit Stopper(double limit) : limit_(limit) {}
  bool tick(double fraction) override {
    fractions.push_back(fraction);
    return fraction < limit_;
  }
  std::vector<double> fractions;

 private:
  double limit_;
};

TEST_F(TorchModelTest, GradientsAreThoseOfTheLoss) {
  const auto model = make(charlm_choice(module_));
  const std::vector<float> theta = somewhere(*model);
  const std::vector<float> found = gradient(*model, theta, 2);
  const auto loss_at = [&](std::vector<float> at, std::size_t i, float step) {
    at[i] += step;
    return static_cast<double>(gradient(*model, at, 2)[model->parameters()]);
  };
  std::size_t first = 0, looked_at = 0;
  for (const Objective::Part& part : model->parts()) {
    const std::size_t size =
        std::accumulate(part.shape.begin(), part.shape.end(), std::size_t{1}, std::multiplies<>());
    std::size_t most = first;
    for (std::size_t i = first; i < first + size; ++i)
      if (std::abs(found[i]) > std::abs(found[most])) most = i;
    first += size;
    const float step = 4e-3F;
    const double slope = (loss_at(theta, most, step) - loss_at(theta, most, -step)) / (2.0 * step);
    EXPECT_NEAR(found[most], slope, 0.01 * std::abs(slope) + 2e-3) << part.name;
    looked_at += std::abs(slope) > 0.05 ? 1 : 0;
  }
  EXPECT_GE(looked_at, 8U);  // most of them are large enough to tell
}

TEST_F(TorchModelTest, TalliesAreThoseOfTheChunk) {
  const auto model = make(charlm_choice(module_));
  const std::vector<float> theta = somewhere(*model);
  Samples all = text_.samples();
  const Tallies whole = model->evaluate(theta, all);
  EXPECT_EQ(whole.samples, 13);
  double loss = 0, correct = 0, samples = 0;
  for (std::uint32_t c = 0; c < 3; ++c) {
    const std::vector<float> out = gradient(*model, theta, c);
    loss += out[model->parameters()];
    correct += out[model->parameters() + 1];
    samples += out[model->parameters() + 2];
  }
  EXPECT_NEAR(loss, whole.loss, 1e-5 * whole.loss);
  EXPECT_NEAR(correct, whole.correct, 1e-5);
  EXPECT_EQ(samples, 13);
  EXPECT_TRUE(model->classifies());
}

TEST_F(TorchModelTest, PartsAddUp) {
  const auto model = make(charlm_choice(module_));
  std::size_t sum = 0;
  for (const Objective::Part& part : model->parts())
    sum += std::accumulate(part.shape.begin(), part.shape.end(), std::size_t{1}, std::multiplies<>());
  EXPECT_EQ(sum, model->parameters());
  EXPECT_EQ(model->buffers(), 0U);
  EXPECT_EQ(model->parts().front().name, "characters");
  EXPECT_EQ(model->parts().front().shape, (std::vector<std::size_t>{5, 8}));
  EXPECT_EQ(model->chunks(), 3U);
  EXPECT_THAT(model->arithmetic(), testing::AllOf(HasSubstr("LibTorch "), HasSubstr("threads 1\n")));
  EXPECT_GT(model->working_bytes(), 0U);
}

TEST_F(TorchModelTest, StopsAtAPulse) {
  const auto model = make(charlm_choice(module_));
  const std::vector<float> theta = somewhere(*model);
  const std::vector<float> before = gradient(*model, theta, 2);
  std::vector<float> out(model->dimension());
  Stopper stop(0.5);
  EXPECT_FALSE(model->chunk_gradient(theta, ChunkId(2), RoundId(1), out, stop));
  EXPECT_THAT(stop.fractions, testing::ElementsAre(1 / 3.0, 2 / 3.0));
  Stopper never(2);
  EXPECT_TRUE(model->chunk_gradient(theta, ChunkId(2), RoundId(1), out, never));
  EXPECT_EQ(bits_of(out), bits_of(before));  // what was left half done has left nothing behind
}

TEST_F(TorchModelTest, SameBitsInAnyOrderAndFromAnyThread) {
  const auto model = make(charlm_choice(module_)), again = make(charlm_choice(module_));
  const std::vector<float> theta = somewhere(*model);
  std::vector<std::vector<std::uint32_t>> expected;
  for (std::uint32_t c = 0; c < 3; ++c) expected.push_back(bits_of(gradient(*model, theta, c)));
  for (const std::uint32_t c : {2U, 0U, 1U, 2U, 2U})
    EXPECT_EQ(bits_of(gradient(*again, theta, c)), expected[c]);
  std::vector<std::thread> threads;
  std::vector<int> wrong(4, 0);
  for (std::uint32_t t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (std::uint32_t k = 0; k < 12; ++k) {
        const std::uint32_t c = (t + k) % 3;
        wrong[t] += bits_of(gradient(*model, theta, c)) == expected[c] ? 0 : 1;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(wrong, testing::Each(0));
}

TEST_F(TorchModelTest, MiniBatchesAreThoseOfTheRound) {
  const auto model = make(charlm_choice(module_), {.rows = 3, .seed = 5});
  const std::vector<float> theta = somewhere(*model);
  const std::vector<float> one = gradient(*model, theta, 2, 1);
  EXPECT_EQ(one.back(), 3);
  EXPECT_EQ(bits_of(gradient(*model, theta, 2, 1)), bits_of(one));
  EXPECT_NE(bits_of(gradient(*model, theta, 2, 2)), bits_of(one));
}

TEST_F(TorchModelTest, TheReferenceIsTheSameGradient) {
  const auto model = make(charlm_choice(module_));
  const std::vector<float> theta = somewhere(*model);
  const std::vector<float> found = gradient(*model, theta, 1);
  std::vector<double> sum(model->parameters());
  const Tallies tallies = model->reference_chunk(theta, ChunkId(1), RoundId(1), sum);
  double off = 0, norm = 0;
  for (std::size_t i = 0; i < sum.size(); ++i) {
    off += (found[i] - sum[i]) * (found[i] - sum[i]);
    norm += sum[i] * sum[i];
  }
  EXPECT_GT(norm, 0);
  EXPECT_LE(std::sqrt(off), 1e-6 * std::sqrt(norm));
  EXPECT_NEAR(found[model->parameters()], tallies.loss, 1e-6 * tallies.loss);
  EXPECT_EQ(tallies.samples, 4);
  model->reference_chunk(theta, ChunkId(1), RoundId(1), sum);  // it adds
  EXPECT_NEAR(sum[0], 2 * found[0], 1e-5 * std::sqrt(norm));
}

TEST_F(TorchModelTest, AnExportedModuleHasItsParameters) {
  const auto model = make(charlm_choice(module_));
  const std::vector<float> theta = somewhere(*model);
  const auto bytes = model->exported(theta, {{"gleaner.json", "{\"a\":1}"}, {"more", "x"}});
  ASSERT_TRUE(bytes) << bytes.error().sentence();
  EXPECT_EQ(library_->extra_files(bytes.value(), "m.pt", {"gleaner.json", "none"}).value(),
            (ExtraFiles{{"gleaner.json", "{\"a\":1}"}}));
  const auto back = make(charlm_choice(bytes.value()));
  std::vector<float> start(back->parameters());
  back->initial(9, start);
  EXPECT_EQ(bits_of(start), bits_of(theta));
  EXPECT_EQ(bits_of(gradient(*back, start, 0)), bits_of(gradient(*model, theta, 0)));
}

TEST_F(TorchModelTest, WritesTheSameTextAgain) {
  const auto model = make(charlm_choice(module_));
  const std::vector<float> theta = somewhere(*model);
  const std::vector<std::uint32_t> start{2, 0};
  const auto write = [&](std::uint64_t seed) {
    return model->written(theta, start, 40, kShape.context, 0.8, seed).value();
  };
  const std::vector<std::uint32_t> text = write(1);
  EXPECT_EQ(text.size(), 40U);
  EXPECT_THAT(text, testing::Each(testing::Lt(kShape.vocabulary)));
  EXPECT_EQ(write(1), text);
  EXPECT_NE(write(2), text);
  const auto too_much = model->written(theta, start, 40, kShape.context + 1, 0.8, 1);
  ASSERT_FALSE(too_much);  // it sees no more than its context
  EXPECT_THAT(too_much.error().sentence(), HasSubstr("the module cannot write: "));
}

TEST_F(TorchModelTest, MoreThreadsAreAnotherArithmetic) {
  TorchChoice choice = charlm_choice(module_);
  choice.threads = 2;
  const auto one = make(charlm_choice(module_)), two = make(choice);
  EXPECT_NE(one->arithmetic(), two->arithmetic());
  const std::vector<float> theta = somewhere(*two);
  EXPECT_EQ(bits_of(gradient(*two, theta, 2)), bits_of(gradient(*two, theta, 2)));
}

}  // namespace
}  // namespace gleaner
#endif
