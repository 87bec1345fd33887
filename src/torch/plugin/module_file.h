// A TorchScript file as LibTorch reads it, and what must be known of it before it is trained.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <torch/script.h>

#include "torch/torch_library.h"

namespace gleaner {

/// A tensor of a module, by its dotted name.
struct NamedTensor {
  std::string name;
  at::Tensor tensor;
};

/// The tensors of a module in their order, each once.
struct ModuleTensors {
  std::vector<NamedTensor> trained;  ///< parameters that require a gradient
  std::vector<NamedTensor> state;    ///< all other tensors: buffers, frozen parameters, plain attributes
};
[[nodiscard]] ModuleTensors tensors_of(const torch::jit::Module& module);

/// Reads the bytes. Errors name `name`: no TorchScript, and what LibTorch says.
[[nodiscard]] Result<torch::jit::Module> read_module(const std::string& bytes, const std::string& name,
                                                     ExtraFiles* extra = nullptr);

/// What can be said against the module without running it: no forward of `inputs` inputs, nothing to train,
/// parameters that are no float32; code that keeps numbers from one call to the next in attributes that are
/// no tensors, or reads the clock or the seed.
[[nodiscard]] Status check_module(const torch::jit::Module& module, const std::string& name,
                                  std::size_t inputs);

/// Whether the module draws random numbers while it trains.
[[nodiscard]] bool draws(const torch::jit::Module& module);

/// What LibTorch says, without its back trace and on one line.
[[nodiscard]] std::string words_of(const std::exception& e);

}  // namespace gleaner
