// The status of a cluster, as `gleaner status` gets it from a server.
#include "app/status_text.h"
#include "fuzz/fuzz_target.h"

namespace gleaner {

GLEANER_FUZZ_TARGET(status) {
  if (const auto table = status_table(bytes); table)
    fuzz::expect(!table.value().empty(), "a status says something");
}

}  // namespace gleaner
