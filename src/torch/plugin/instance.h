// A module that one thread computes with.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include <torch/script.h>

#include "objective/objective.h"
#include "torch/plugin/module_file.h"

namespace gleaner {

enum class Loss : std::uint8_t { cross_entropy, mse, own };

/// What all instances of a module have in common.
struct Prototype {
  torch::jit::Module module;  ///< never run
  std::string name;           ///< for errors
  Loss loss = Loss::cross_entropy;
  std::vector<std::int64_t> input_shape;  ///< of one sample
  bool tokens = false;
  std::size_t classes = 0;
  bool draws = false;               ///< random numbers, in training
  bool tells_right = false;         ///< a loss of its own that says which samples are right
  std::vector<std::size_t> moving;  ///< which of tensors_of(module).state travel
  c10::Device device = c10::Device(at::kCPU);
};

/// Some samples, densely.
struct SampleBatch {
  std::size_t rows = 0;
  std::span<const float> inputs;  ///< rows x features
  std::span<const float> labels;  ///< rows
};

/// A copy of the module. Belongs to one thread at a time. Throws what LibTorch throws.
class Instance {
 public:
  explicit Instance(const Prototype& prototype);
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;

  /// Takes over trained parameters, then moving buffers.
  void set(std::span<const float> theta);
  /// From now on train() adds gradients to this. Its places are those of the trained parameters in theta.
  /// Must live until unbind() or collect().
  void bind(std::span<float> gradient);
  void unbind();
  /// Brings what was added on another device to where it was bound to, and unbinds.
  void collect(std::span<float> gradient);
  /// Forward and backward over the batch: adds to the tallies and to what is bound.
  void train(const SampleBatch& batch, std::uint64_t seed, Tallies& tallies);
  /// Forward as it is when trained: nothing is dropped, nothing moves; what is drawn is the same every time.
  void test(const SampleBatch& batch, Tallies& tallies);

  /// The moving buffers as they are now, each number times `weight`.
  void read_moving(std::span<float> out, double weight) const;
  /// The name of a tensor that should not have moved, but did; empty if there is none.
  [[nodiscard]] std::string stray() const;
  /// scores(tokens) of the module: the numbers after the last token.
  [[nodiscard]] std::vector<float> scores(std::span<const std::uint32_t> tokens);
  /// Whether the last batch came with what is right.
  [[nodiscard]] bool tells_right() const { return tells_right_; }
  [[nodiscard]] const torch::jit::Module& module() const { return module_; }
  [[nodiscard]] const ModuleTensors& tensors() const { return tensors_; }

 private:
  struct Outcome {
    at::Tensor losses, right;  // one number per sample; right may be undefined
  };
  [[nodiscard]] Outcome forward(const SampleBatch& batch);
  /// The same; what it draws comes from `seed`.
  [[nodiscard]] Outcome forward_in_turn(const SampleBatch& batch, std::uint64_t seed);
  [[nodiscard]] at::Tensor inputs_of(const SampleBatch& batch) const;
  void tally(const Outcome& outcome, std::size_t rows, Tallies& tallies);

  const Prototype& prototype_;
  torch::jit::Module module_;
  ModuleTensors tensors_;
  bool tells_right_ = false;
  std::vector<at::Tensor> still_;  // what the others must be equal to
};

}  // namespace gleaner
