// How many threads LibTorch computes with, and what else decides its bits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace gleaner {

/// Settings for the whole process: deterministic algorithms only, code as it is written, BLAS on one thread
/// per caller. Called once, before anything else.
void settle_library();

/// From now on the calling thread computes with so many.
void use_threads(std::size_t threads);

/// Memory of this process that is in use, in bytes (Linux).
[[nodiscard]] std::uint64_t resident_bytes();

/// The most that was in use at any time so far.
[[nodiscard]] std::uint64_t peak_resident_bytes();

/// What decides the bits of a result: versions, the processor's capability, threads, device; a line each.
[[nodiscard]] std::string arithmetic_of(std::size_t threads, const std::string& device);

}  // namespace gleaner
