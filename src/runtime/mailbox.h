// A queue into one thread.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

namespace gleaner {

/// Many threads push, one pops. Unbounded: what bounds the senders is the protocol (credits, one chunk in
/// hand).
template <class T>
class Mailbox {
 public:
  using Clock = std::chrono::steady_clock;

  void push(T item) {
    {
      const std::scoped_lock lock(mutex_);
      items_.push_back(std::move(item));
    }
    arrived_.notify_one();
  }

  /// The next item; waits for it.
  [[nodiscard]] T pop() {
    std::unique_lock lock(mutex_);
    arrived_.wait(lock, [&] { return !items_.empty(); });
    return take();
  }

  /// The next item, or nothing at `deadline`.
  [[nodiscard]] std::optional<T> pop_until(Clock::time_point deadline) {
    std::unique_lock lock(mutex_);
    if (!arrived_.wait_until(lock, deadline, [&] { return !items_.empty(); })) return std::nullopt;
    return take();
  }

 private:
  [[nodiscard]] T take() {
    T item = std::move(items_.front());
    items_.pop_front();
    return item;
  }

  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<T> items_;
};

}  // namespace gleaner
