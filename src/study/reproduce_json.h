// The results of `gleaner reproduce` as JSON.
#pragma once

#include <string>

#include "study/reproduce.h"

namespace gleaner {

/// One object: seed, trials, agreement, exact_completion_time, approximate, q_max, stability, remarks. What
/// is not known, or infinite, is null.
[[nodiscard]] std::string json_of(const Reproduction& reproduction);

}  // namespace gleaner
