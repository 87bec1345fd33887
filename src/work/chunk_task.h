// Computing one chunk gradient, with the checks that keep bad numbers out of the model.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/ids.h"
#include "objective/objective.h"
#include "objective/pulse.h"
#include "protocol/worker.h"

namespace gleaner {

/// The parameter vector of one round, shared by everybody who computes with it.
using Parameters = std::shared_ptr<const std::vector<float>>;

struct ChunkVerdict {
  ChunkOutcome outcome{};
  std::string why;  ///< for rejected: "NaN at coordinate 17"
};

/// Computes into `out` (objective.dimension() floats); stopped if the pulse said so; rejected if any number
/// is NaN or infinite. Thread safe.
[[nodiscard]] ChunkVerdict compute_chunk(const Objective& objective, std::span<const float> parameters,
                                         ChunkId chunk, RoundId round, std::span<float> out, Pulse& pulse);

/// Empty if all numbers are finite, else what and where: "NaN at coordinate 17".
[[nodiscard]] std::string first_bad_number(std::span<const float> values);

}  // namespace gleaner
