// What a report says about the speed of a worker.
#pragma once

#include <limits>

namespace gleaner {

/// The time that a worker takes for a chunk lies in [least, most]. In seconds.
struct SpeedRange {
  double least = 0;
  double most = std::numeric_limits<double>::infinity();

  [[nodiscard]] bool is_exact() const { return least == most; }
  /// Nothing but a lower bound: it has not shown its first part yet.
  [[nodiscard]] bool is_open() const { return most == std::numeric_limits<double>::infinity(); }
  /// The chunk time at the middle of the speeds, 2 / (1/least + 1/most): twice `least` where there is no
  /// upper end.
  [[nodiscard]] double middle() const;
};

/// `elapsed` > 0 seconds after a chunk was begun at least `parts_done` of its `parts` equal parts were done,
/// but not one more. parts_done == parts: it was finished just then.
[[nodiscard]] SpeedRange range_of(double elapsed, unsigned parts_done, unsigned parts);

}  // namespace gleaner
