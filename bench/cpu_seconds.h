#pragma once

#include <time.h>

namespace gleaner {

/// Seconds of this thread on a processor: rates do not suffer from what else the machine does.
inline double cpu_seconds() {
  timespec t{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
}

}  // namespace gleaner
