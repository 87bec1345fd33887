#include "work/chunk_task.h"

#include <cmath>

#include <fmt/format.h>

#include "coding/kernels.h"

namespace gleaner {

std::string first_bad_number(std::span<const float> values) {
  if (all_finite(values)) return {};
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (std::isnan(values[i])) return fmt::format("NaN at coordinate {}", i);
    if (std::isinf(values[i])) return fmt::format("infinity at coordinate {}", i);
  }
  return {};
}

ChunkVerdict compute_chunk(const Objective& objective, std::span<const float> parameters, ChunkId chunk,
                           RoundId round, std::span<float> out, Pulse& pulse) {
  if (!objective.chunk_gradient(parameters, chunk, round, out, pulse)) return {ChunkOutcome::stopped, {}};
  std::string bad = first_bad_number(out);
  if (!bad.empty()) {
    std::string reason = objective.trouble(chunk, round);
    return {ChunkOutcome::rejected, reason.empty() ? std::move(bad) : std::move(reason)};
  }
  return {ChunkOutcome::finished, {}};
}

}  // namespace gleaner
