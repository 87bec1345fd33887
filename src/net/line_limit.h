// Some lines at once, so many a second after that and no more, so that a flood does not fill a log.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <optional>
#include <utility>

namespace gleaner {

/// A burst passes whole, a flood at `per_second`. Not thread safe.
class LineLimit {
 public:
  using Clock = std::chrono::steady_clock;
  LineLimit(double burst, double per_second) : burst_(burst), per_second_(per_second), left_(burst) {}

  /// True if a line may be said now; otherwise it is counted.
  [[nodiscard]] bool pass(Clock::time_point now) {
    if (last_) left_ += per_second_ * std::chrono::duration<double>(now - *last_).count();
    left_ = std::min(left_, burst_);
    last_ = now;
    if (left_ >= 1) {
      left_ -= 1;
      return true;
    }
    ++dropped_;
    return false;
  }
  /// How many did not pass since this was last asked.
  [[nodiscard]] std::size_t take_dropped() { return std::exchange(dropped_, 0); }

 private:
  double burst_;
  double per_second_;
  double left_;
  std::size_t dropped_ = 0;
  std::optional<Clock::time_point> last_;
};

}  // namespace gleaner
