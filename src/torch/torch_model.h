// A TorchScript module as an objective.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/range.h"
#include "base/result.h"
#include "objective/objective.h"

namespace gleaner {

/// What is asked of a module. Everything here decides bits: server and workers must have the same.
struct TorchChoice {
  /// A TorchScript file as torch.jit.save() writes it. Its parameters are the start of the training.
  std::shared_ptr<const std::string> module;
  /// cross_entropy  forward(x) gives scores, samples x classes; labels are classes
  /// mse            forward(x) gives samples, or samples x outputs; labels are targets, of every output
  /// module         forward(x, y) gives the losses of the samples, or (losses, shares that are right)
  std::string loss = "cross_entropy";
  /// Shape of one sample, "1x28x28"; empty: the module's attribute input_shape, else all features in a row.
  std::string input_shape;
  /// Samples are whole numbers (tokens of a text, say) and reach the module as int64; also if the module has
  /// an attribute input_tokens that is true.
  bool tokens = false;
  std::size_t micro_batch = 32;  ///< most samples that pass through the module at once. >= 1
  std::size_t threads = 1;       ///< that work on one chunk. >= 1
  std::string device = "cpu";    ///< cpu | cuda
};

/// Text files that travel within a TorchScript file, by name.
using ExtraFiles = std::map<std::string, std::string>;

/// loss(theta) summed over the rows of chunks, theta being (trained parameters, moving buffers):
///
/// - trained parameters: the module's parameters that require a gradient, in the order of its
///   named_parameters(), each row-major. One that appears twice (tied weights) stands where it is first.
/// - moving buffers: tensors of the module that a forward pass in training changes, in the order of its
///   named_buffers(): running means of batch normalisation, counters (rounded to whole numbers when they are
///   put back). They are Objective::buffers().
///
/// A chunk passes through the module in ceil(rows / micro_batch) parts of nearly equal size, one pulse after
/// each. Batch normalisation therefore normalises over parts. Random numbers of a part (dropout) come from a
/// generator that is seeded by (seed, round, chunk, part), hence are the same on every holder of the chunk;
/// modules that draw any take turns within a process.
///
/// Same bits for the same arithmetic(). Safe from many threads; each at work has a copy of the module.
class TorchModel : public Objective {
 public:
  /// The module with these parameters, as a TorchScript file with `extra` in it. Errors: LibTorch's.
  [[nodiscard]] virtual Result<std::string> exported(std::span<const float> parameters,
                                                     const ExtraFiles& extra) const = 0;
  /// What the module writes after `start`, token by token: each is drawn from softmax(scores / temperature)
  /// of its method scores(tokens: 1 x t) -> 1 x t x vocabulary, of which the last `context` tokens are
  /// shown. A pure function of its arguments. Errors: the module has no such method.
  [[nodiscard]] virtual Result<std::vector<std::uint32_t>> written(std::span<const float> parameters,
                                                                   std::span<const std::uint32_t> start,
                                                                   std::size_t tokens, std::size_t context,
                                                                   double temperature,
                                                                   std::uint64_t seed) const = 0;
};

}  // namespace gleaner
