#include "net/process_setup.h"

#include <absl/synchronization/mutex.h>
#include <malloc.h>

namespace gleaner {

void set_up_process() {
  ::mallopt(M_MMAP_THRESHOLD, 32 << 20);  // the most that is allowed
  ::mallopt(M_TRIM_THRESHOLD, 1 << 30);
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
}

}  // namespace gleaner
