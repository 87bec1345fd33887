#include "adapt/suspicion.h"

#include <algorithm>
#include <numbers>

namespace gleaner {

Suspicion::Suspicion(Duration expected) {
  for (std::size_t k = 0; k < kFirst; ++k) heard_after(expected);
}

void Suspicion::heard_after(Duration interval) {
  interval = std::max(interval, Duration(1));
  if (count_ == kWindow) {
    sum_ -= intervals_[next_];
  } else {
    ++count_;
  }
  intervals_[next_] = interval;
  next_ = (next_ + 1) % kWindow;
  sum_ += interval;
  longest_ = *std::max_element(intervals_.begin(), intervals_.begin() + static_cast<std::ptrdiff_t>(count_));
}

Duration Suspicion::mean() const { return sum_ / static_cast<Duration::rep>(count_); }
Duration Suspicion::longest() const { return longest_; }

Duration Suspicion::limit() const {
  return std::max(from_seconds(seconds(mean()) * std::numbers::ln10 * kNines), 2 * longest());
}

double Suspicion::after(Duration silence) const { return seconds(silence) / seconds(limit()); }

}  // namespace gleaner
