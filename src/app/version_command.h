// gleaner version
#pragma once

namespace gleaner {

/// Prints version and what decides the bits of floats. Returns the exit code.
[[nodiscard]] int version_command(bool json);

}  // namespace gleaner
