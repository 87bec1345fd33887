// Gleaner's public surface: a function of yours as the thing to train.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include <gleaner/result.hpp>

namespace gleaner::GLEANER_V1 {

/// Where a chunk gradient goes: sums over the samples of one chunk. The step divides the sums of all chunks
/// by the samples of all chunks.
struct Sums {
  std::span<float>
      gradient;        ///< zeros at first; write the sum of the gradients here, one float per parameter
  double loss = 0;     ///< sum of the losses
  double samples = 0;  ///< number of samples in the sums: set it
  double correct = 0;  ///< samples predicted correctly, where Objective::classifies
};

/// Call it every few milliseconds with the fraction of the chunk that is done, in [0, 1]. False: nobody wants
/// the result any more; return at once. A function that never calls it works, but cannot be interrupted.
using Pulse = std::function<bool(double fraction)>;

/// Adds up one chunk at `parameters`.
///
/// It must be a pure function of (parameters, chunk, round): several workers compute the same chunk and stand
/// in for one another. It is called from several threads at once. Write into `sums` only. If it throws, or if
/// a number is not finite, the run ends with an Error that names chunk and worker.
using ChunkGradient = std::function<void(std::span<const float> parameters, std::uint32_t chunk,
                                         std::uint64_t round, Sums& sums, const Pulse& pulse)>;

/// What is trained.
struct Objective {
  std::size_t parameters = 0;     ///< length of the parameter vector, at least 1
  std::size_t chunks = 0;         ///< into how many chunks the data is cut; the plan must have as many
  ChunkGradient chunk_gradient;   ///< required
  std::vector<float> start = {};  ///< the parameters of the first round; empty: zeros
  bool classifies = false;        ///< Sums::correct means something
  std::string name = "own";       ///< for messages
};

}  // namespace gleaner::GLEANER_V1
