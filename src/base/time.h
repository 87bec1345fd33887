// Time as a value. The protocol, the simulator and the draws never read a clock: time comes in with the
// event.
#pragma once

#include <chrono>
#include <cstdint>

namespace gleaner {

/// A length of time in whole nanoseconds, so that virtual time has the same value on every compiler.
using Duration = std::chrono::nanoseconds;

/// The clock of one run: 0 is the start of the run. It has no now(): only a driver knows what time it is.
struct RunClock {
  using rep = Duration::rep;
  using period = Duration::period;
  using duration = Duration;
  using time_point = std::chrono::time_point<RunClock>;
  static constexpr bool is_steady = true;
};

/// A moment of a run.
using Time = RunClock::time_point;

[[nodiscard]] constexpr double seconds(Duration d) { return static_cast<double>(d.count()) * 1e-9; }
[[nodiscard]] constexpr double seconds(Time t) { return seconds(t.time_since_epoch()); }

/// `s` seconds, rounded to the nearest nanosecond. REQUIRES: |s| < 9e9.
[[nodiscard]] constexpr Duration from_seconds(double s) {
  return Duration(static_cast<std::int64_t>(s * 1e9 + (s < 0 ? -0.5 : 0.5)));
}

}  // namespace gleaner
