// Samples for the tests of this room.
#pragma once

#include <bit>
#include <cmath>
#include <span>
#include <vector>

#include "base/random.h"
#include "objective/objective.h"

namespace gleaner::test {

/// Random dense rows, of whose numbers the share `nonzero` is not zero, with labels in 0..classes-1.
struct RandomRows {
  std::size_t rows, features;
  std::vector<float> dense;
  std::vector<float> labels;

  RandomRows(std::size_t n, std::size_t p, std::size_t classes, double nonzero, std::uint64_t seed)
      : rows(n), features(p) {
    Random random({.seed = seed, .purpose = Purpose::test});
    for (std::size_t i = 0; i < n * p; ++i) {
      const bool zero = random.uniform() >= nonzero;
      dense.push_back(zero ? 0.0F : static_cast<float>(2 * random.uniform() - 1));
    }
    for (std::size_t i = 0; i < n; ++i) labels.push_back(static_cast<float>(random.below(classes)));
  }

  [[nodiscard]] Samples view() const {
    return {.rows = rows, .features = features, .dense = dense, .labels = labels};
  }
};

inline std::vector<float> random_parameters(std::size_t size, double scale, std::uint64_t seed) {
  Random random({.seed = seed, .purpose = Purpose::test, .round = 1});
  std::vector<float> theta(size);
  for (float& t : theta) t = static_cast<float>(scale * (2 * random.uniform() - 1));
  return theta;
}

inline std::vector<float> gradient_of(const Objective& objective, std::span<const float> theta,
                                      std::uint32_t chunk) {
  std::vector<float> out(objective.dimension());
  FreePulse pulse;
  const bool done = objective.chunk_gradient(theta, ChunkId(chunk), RoundId(1), out, pulse);
  GLEANER_CHECK(done, "a free pulse never stops");
  return out;
}

/// ||g_i|| of one chunk by the twin.
inline double reference_norm(const Objective& objective, std::span<const float> theta, ChunkId chunk,
                             RoundId round) {
  std::vector<double> g(objective.parameters(), 0);
  objective.reference_chunk(theta, chunk, round, g);
  double squares = 0;
  for (const double x : g) squares += x * x;
  return std::sqrt(squares);
}

/// FNV-1a over the bits: equal hashes mean equal bits, on this machine and on others.
inline std::uint64_t hash_of_bits(std::span<const float> numbers) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const float number : numbers) {
    for (unsigned shift = 0; shift < 32; shift += 8) {
      hash ^= (std::bit_cast<std::uint32_t>(number) >> shift) & 0xFF;
      hash *= 0x100000001b3;
    }
  }
  return hash;
}

}  // namespace gleaner::test
