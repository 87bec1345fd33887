// How much memory this process has (Linux: /proc/self).
#pragma once

#include <cstdint>

namespace gleaner {

/// Bytes that are resident now; 0 where the system does not tell.
[[nodiscard]] std::uint64_t resident_bytes();
/// The most that were resident so far.
[[nodiscard]] std::uint64_t peak_resident_bytes();

}  // namespace gleaner
