#include "objective/objective.h"

#include <algorithm>

namespace gleaner {

Tallies Objective::reference(std::span<const float> theta, RoundId round, std::span<double> gradient) const {
  std::fill(gradient.begin(), gradient.end(), 0.0);
  Tallies total;
  for (std::size_t i = 0; i < chunks(); ++i)
    total += reference_chunk(theta, ChunkId(static_cast<std::uint32_t>(i)), round, gradient);
  return total;
}

}  // namespace gleaner
