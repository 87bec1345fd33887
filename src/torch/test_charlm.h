// A small transformer over drawn text, for the tests of this room.
#pragma once

#include <bit>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/random.h"
#include "torch/torch_library.h"

namespace gleaner::test {

inline constexpr CharlmShape kShape{.vocabulary = 5, .context = 6, .layers = 1, .heads = 2, .width = 8};

/// 13 pieces of text in 3 chunks of 4, 4 and 5.
struct CharlmText {
  std::size_t rows = 13, features = kShape.context + 1;
  std::vector<float> tokens, labels;

  CharlmText() : labels(rows, 0.0F) {
    Random random({.seed = 3, .purpose = Purpose::data});
    for (std::size_t i = 0; i < rows * features; ++i)
      tokens.push_back(static_cast<float>(random.below(kShape.vocabulary)));
  }
  [[nodiscard]] Samples samples() const {
    Samples s;
    s.rows = rows;
    s.features = features;
    s.dense = tokens;
    s.labels = labels;
    return s;
  }
  [[nodiscard]] static std::vector<IndexRange> chunks() { return {{0, 4}, {4, 8}, {8, 13}}; }
};

inline TorchChoice charlm_choice(std::string module) {
  TorchChoice choice;
  choice.module = std::make_shared<const std::string>(std::move(module));
  choice.loss = "module";
  choice.micro_batch = 2;
  return choice;
}

/// The bits of numbers, so that a test compares them exactly.
inline std::vector<std::uint32_t> bits_of(const std::vector<float>& numbers) {
  std::vector<std::uint32_t> bits;
  for (const float x : numbers) bits.push_back(std::bit_cast<std::uint32_t>(x));
  return bits;
}

/// For builds that have LibTorch.
class Charlm : public testing::Test {
 protected:
  void SetUp() override {
    const Result<const TorchLibrary*> loaded = torch_library();
    ASSERT_TRUE(loaded) << loaded.error().sentence();
    library_ = loaded.value();
    module_ = library_->charlm(kShape, 1).value();
  }
  [[nodiscard]] std::shared_ptr<const TorchModel> make(const TorchChoice& choice,
                                                       const MiniBatch& mini = {}) const {
    auto made =
        library_->make(choice, "m.pt", text_.samples(), kShape.vocabulary, CharlmText::chunks(), mini);
    EXPECT_TRUE(made) << made.error().sentence();
    return made.value();
  }
  /// A point where no gradient is tiny.
  [[nodiscard]] static std::vector<float> somewhere(const TorchModel& model) {
    std::vector<float> theta(model.parameters());
    model.initial(1, theta);
    Random random({.seed = 4, .purpose = Purpose::parameters});
    for (float& x : theta) x += static_cast<float>(0.2 * random.normal());
    return theta;
  }
  [[nodiscard]] static std::vector<float> gradient(const TorchModel& model, const std::vector<float>& theta,
                                                   std::uint32_t chunk, std::uint64_t round = 1) {
    std::vector<float> out(model.dimension());
    FreePulse pulse;
    EXPECT_TRUE(model.chunk_gradient(theta, ChunkId(chunk), RoundId(round), out, pulse));
    return out;
  }
  [[nodiscard]] std::string complaint(const TorchChoice& choice, const Samples& samples,
                                      std::size_t classes = kShape.vocabulary) const {
    const auto made = library_->make(choice, "m.pt", samples, classes, CharlmText::chunks(), {});
    return made ? "none" : made.error().sentence();
  }

  const TorchLibrary* library_ = nullptr;
  std::string module_;
  CharlmText text_;
};

}  // namespace gleaner::test
