// How many of the workers in this process compute at once, so that redundant work waits for an idle core.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>

namespace gleaner {

/// Counts who computes on the cores of this process. Who is waited for comes in at once; what is redundant
/// comes in when there is an idle core, and goes out again when there are more inside than cores. A worker
/// that has its process to itself never waits: it does one chunk at a time. Lower priority alone is not
/// enough (docs/performance.md). Thread safe.
class CoreGate {
 public:
  explicit CoreGate(std::size_t cores) : cores_(cores > 0 ? cores : 1) {}
  CoreGate(const CoreGate&) = delete;
  CoreGate& operator=(const CoreGate&) = delete;

  /// Of all workers of this process, over the cores that it may use.
  [[nodiscard]] static CoreGate& of_process();

  void enter();
  /// Waits for an idle core, but not beyond `until`; false, and not inside, if `give_up` says so, which is
  /// asked after every wake().
  [[nodiscard]] bool enter_when_idle(std::chrono::steady_clock::time_point until,
                                     const std::function<bool()>& give_up);
  void leave();
  /// There are more inside than cores.
  [[nodiscard]] bool is_crowded() const;
  /// Something has changed for a `give_up`.
  void wake();

 private:
  const std::size_t cores_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t inside_ = 0;
};

}  // namespace gleaner
