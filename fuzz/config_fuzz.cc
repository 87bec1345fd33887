// Configuration files.
#include "app/config_file.h"
#include "fuzz/fuzz_target.h"
#include "fuzz/memory_file.h"

namespace gleaner {

GLEANER_FUZZ_TARGET(config) {
  const fuzz::MemoryFile file(bytes);
  const auto entries = read_config(file.path().string());
  if (!entries) fuzz::expect(!entries.error().what.empty(), "an error says something");
}

}  // namespace gleaner
