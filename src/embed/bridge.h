// Between the public structs (namespace v1) and the types of the other rooms.
#pragma once

#include <gleaner/coding.hpp>
#include <gleaner/result.hpp>

#include "base/result.h"
#include "coding/plan.h"

namespace gleaner::v1 {

/// The error in the words of the public headers: "--momentum" is the field momentum, "--lr" learning_rate.
[[nodiscard]] Error to_public(const gleaner::Error& error);

/// Checks everything: the struct may have been filled in by hand.
[[nodiscard]] gleaner::Result<gleaner::Plan> to_internal(const Plan& plan);
[[nodiscard]] Plan to_public(const gleaner::Plan& plan);

}  // namespace gleaner::v1
