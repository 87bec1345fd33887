// SIGINT and SIGTERM end a run in good order.
#pragma once

namespace gleaner {

/// Catches SIGINT and SIGTERM from construction to destruction. The first asks the run to end after the
/// current round; a second SIGINT kills as usual. At most one at a time.
class InterruptGuard {
 public:
  InterruptGuard();
  ~InterruptGuard();
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;

  [[nodiscard]] static bool interrupted();
};

}  // namespace gleaner
