// How soon the rounds of a run could have ended (train --bounds).
#pragma once

#include <cstdint>

#include "base/result.h"
#include "coding/clairvoyant.h"
#include "work/run_spec.h"

namespace gleaner {

/// Errors name the flag: no injected speeds, or chunk times that differ within a worker.
[[nodiscard]] Status check_bounds(const SpeedModel& speeds);

/// Whether they bound the rounds of this run: only those that end with every copy that is needed.
[[nodiscard]] bool has_bounds(const RunSpec& spec);

/// B1 and B2 (clairvoyant.h) in seconds, the means over rounds 1 .. `rounds` of a run with spec's plan,
/// speeds and seed, as if no worker were ever lost. NaN for 0 rounds. REQUIRES: check_bounds().ok().
[[nodiscard]] ClairvoyantBounds bounds_of_run(const RunSpec& spec, std::uint64_t rounds);

}  // namespace gleaner
