// What a person writes who trains a TorchScript module with LibTorch and nothing else.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

#include "base/range.h"
#include "objective/samples.h"

namespace gleaner::bench {

/// How LibTorch runs the code of modules; for the whole process.
enum class Executor {
  as_gleaner,  ///< as it is written, deterministic algorithms only
  as_usual,    ///< LibTorch's defaults: profiled, then specialised
};
void use_executor(Executor executor);

/// A module, and samples that lie in tensors already. Belongs to one thread.
class PlainLoop {
 public:
  /// `module`: bytes of a TorchScript file. `own_loss`: forward(x, y) gives losses, else cross entropy.
  /// REQUIRES: samples are dense; LibTorch is loaded; the attribute input_shape or input_tokens says what x
  /// is.
  PlainLoop(const std::string& module, bool own_loss, const Samples& samples, Executor executor);
  ~PlainLoop();

  /// Copies parameters in; forward, loss, backward in `parts` equal parts; copies the gradients out. Returns
  /// the loss. Throws what LibTorch throws.
  double chunk(std::span<const float> parameters, IndexRange rows, std::size_t parts, std::span<float> out);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace gleaner::bench
