// How many threads LibTorch computes with, and what else decides its bits.
#pragma once

#include <cstddef>
#include <string>

namespace gleaner {

/// Settings for the whole process: deterministic algorithms only, code as it is written, BLAS on one thread
/// per caller. Called once, before anything else.
void settle_library();

/// From now on the calling thread computes with so many.
void use_threads(std::size_t threads);

/// What decides the bits of a result: versions, the processor's capability, threads, device; a line each.
[[nodiscard]] std::string arithmetic_of(std::size_t threads, const std::string& device);

}  // namespace gleaner
