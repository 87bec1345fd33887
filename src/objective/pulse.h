// How long work stays interruptible (protocol.md section 10).
#pragma once

#include <cstddef>

namespace gleaner {

/// Called by work on a chunk every few milliseconds. An implementation may block to pace the work.
class Pulse {
 public:
  virtual ~Pulse() = default;
  /// `fraction` in [0, 1] of the chunk is done. False: stop now, the result is not wanted any more.
  [[nodiscard]] virtual bool tick(double fraction) = 0;
};

/// Never stops and never waits.
class FreePulse final : public Pulse {
 public:
  [[nodiscard]] bool tick(double) override { return true; }
};

/// Model entries that may be converted or moved between two pulses: a fraction of a millisecond.
inline constexpr std::size_t kPulseEntries = std::size_t{1} << 18;

}  // namespace gleaner
