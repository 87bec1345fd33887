// Flow control between the workers' senders and the server's combiner within one process.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>

#include "protocol/messages.h"

namespace gleaner {

/// Segment i of a round may be sent while i < combined + credits: no worker runs further ahead of the slowest
/// than that, and the server holds at most m * credits segments. Thread safe.
class SendWindow {
 public:
  explicit SendWindow(std::size_t credits) : credits_(static_cast<std::uint32_t>(credits)) {}

  /// Segments 0 .. combined-1 of this round are combined.
  void advance(Stamp stamp, std::uint32_t combined) {
    {
      const std::scoped_lock lock(mutex_);
      stamp_ = stamp;
      combined_ = combined;
    }
    moved_.notify_all();
  }

  /// Waits until the segment may be sent, or `cancelled()` is true: then false. Whoever makes it true calls
  /// wake().
  template <class Cancelled>
  [[nodiscard]] bool wait(Stamp stamp, std::uint32_t index, Cancelled cancelled) {
    std::unique_lock lock(mutex_);
    moved_.wait(lock, [&] {
      const std::uint32_t combined = stamp_ == stamp ? combined_ : 0;
      return cancelled() || index < combined + credits_;
    });
    return !cancelled();
  }
  void wake() {
    const std::scoped_lock lock(mutex_);
    moved_.notify_all();
  }

 private:
  std::uint32_t credits_;
  std::mutex mutex_;
  std::condition_variable moved_;
  Stamp stamp_;
  std::uint32_t combined_ = 0;
};

}  // namespace gleaner
