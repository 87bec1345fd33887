// Gleaner's public surface, all of it: plan, encode and decode (coding.hpp), or train around a gradient
// function of your own (objective.hpp, train.hpp). Failures are values (result.hpp); nothing throws.
#pragma once

#include <string>

#include <gleaner/coding.hpp>
#include <gleaner/objective.hpp>
#include <gleaner/result.hpp>
#include <gleaner/train.hpp>

namespace gleaner::GLEANER_V1 {

/// Version of the library, e.g. "0.1.0".
[[nodiscard]] std::string version();

}  // namespace gleaner::GLEANER_V1
