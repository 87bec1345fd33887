// The flag --frame: a kind, and how long to look for a better frame of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "coding/frame.h"

namespace gleaner {

/// auto, ones, gaussian, coloured, coloured:improve=30s or coloured:improve=200.
struct FrameFlag {
  std::string_view kind;               ///< one of the known names
  std::optional<std::uint64_t> steps;  ///< of improvement; the same frame on every machine
  std::optional<Duration> time;        ///< as many steps as fit
};

/// Errors name --frame and the bad part.
[[nodiscard]] Result<FrameFlag> parse_frame_flag(std::string_view text);

/// What became of the improvement that a flag asked for.
struct ImprovementNote {
  std::uint64_t steps = 0;
  double before = 0;  ///< worst condition
  double after = 0;
  bool possible = true;  ///< there was something to gain, and the instance is not too large
};

/// The best frame after the steps that the flag asks for, at least one; SIGINT ends them where it is caught.
/// A search of more than two seconds says on stderr how far it is. REQUIRES: the flag asks for steps or time.
struct ImprovedFrame {
  Frame frame;
  ImprovementNote note;
};
[[nodiscard]] ImprovedFrame improve_frame(const Assignment& assignment, const Frame& start,
                                          std::uint64_t seed, const FrameFlag& flag);

}  // namespace gleaner
