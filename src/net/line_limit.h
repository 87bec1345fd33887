// So many lines a second and no more, so that a flood does not fill a log.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <utility>

namespace gleaner {

/// Not thread safe.
class LineLimit {
 public:
  using Clock = std::chrono::steady_clock;
  explicit LineLimit(std::size_t lines_per_second) : lines_max_(lines_per_second) {}

  /// True if a line may be said now; otherwise it is counted.
  [[nodiscard]] bool pass(Clock::time_point now) {
    if (!began_ || now - *began_ >= std::chrono::seconds(1)) {
      began_ = now;
      lines_ = 0;
    }
    if (lines_ < lines_max_) {
      ++lines_;
      return true;
    }
    ++dropped_;
    return false;
  }
  /// How many did not pass since this was last asked.
  [[nodiscard]] std::size_t take_dropped() { return std::exchange(dropped_, 0); }

 private:
  std::size_t lines_max_;
  std::size_t lines_ = 0;
  std::size_t dropped_ = 0;
  std::optional<Clock::time_point> began_;
};

}  // namespace gleaner
