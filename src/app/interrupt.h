// SIGINT and SIGTERM end a run in good order.
#pragma once

namespace gleaner {

/// Catches SIGINT and SIGTERM from construction to destruction. The first asks the command to end in
/// good order (a run after its round, a study with what is complete); a second SIGINT kills as usual. At most
/// one at a time.
class InterruptGuard {
 public:
  InterruptGuard();
  ~InterruptGuard();
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;

  [[nodiscard]] static bool interrupted();
};

}  // namespace gleaner
