// A small transformer as TorchScript.
#pragma once

#include <string>

#include "torch/torch_library.h"

namespace gleaner {

/// See TorchLibrary::charlm(). Per layer, with h: samples x t x width, before every part a layer norm:
///   h = h + softmax(Q K^T / sqrt(width / heads) + causal) V W_o,   h = h + gelu(h W_1 + b_1) W_2 + b_2
/// with Q, K, V = h W_qkv + b_qkv and 4 width in the middle of the second. Scores are norm(h) E^T, where E is
/// the embedding of the characters (tied). (A. Vaswani et al., "Attention is all you need", 2017; layer norm
/// first as R. Xiong et al., 2020.) Start: normal of sigma 1 / sqrt(inputs), biases 0, norms 1; what is
/// added to h is smaller by sqrt(2 layers).
[[nodiscard]] Result<std::string> charlm_module(const CharlmShape& shape, std::uint64_t seed);

}  // namespace gleaner
