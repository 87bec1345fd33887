#include "net/keep_memory.h"

#include <malloc.h>

namespace gleaner {

void keep_freed_memory() {
  ::mallopt(M_MMAP_THRESHOLD, 32 << 20);  // the most that is allowed
  ::mallopt(M_TRIM_THRESHOLD, 1 << 30);
}

}  // namespace gleaner
