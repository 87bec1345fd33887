#include "base/process_memory.h"

#include <fstream>
#include <string>
#include <string_view>

namespace gleaner {
namespace {

std::uint64_t of_status(std::string_view name) {
  std::ifstream status("/proc/self/status");
  std::string word;
  while (status >> word) {
    std::uint64_t kib = 0;
    if (word == name && status >> kib) return kib << 10U;
  }
  return 0;
}

}  // namespace

std::uint64_t resident_bytes() { return of_status("VmRSS:"); }
std::uint64_t peak_resident_bytes() { return of_status("VmHWM:"); }

}  // namespace gleaner
