// Hands every target the inputs of its corpus: what a fuzzer once found stays found, under every compiler.
//
// usage: fuzz_replay CORPUS_FOLDER
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>

#include "fuzz/fuzz_target.h"

namespace gleaner::fuzz {
namespace {

std::map<std::string, Target>& targets() {
  static std::map<std::string, Target> all;
  return all;
}

int replay(const std::filesystem::path& folder) {
  int missing = 0;
  for (const auto& [name, target] : targets()) {
    std::error_code error;
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder / name, error)) {
      std::ifstream in(entry.path(), std::ios::binary);
      const std::string bytes{std::istreambuf_iterator<char>(in), {}};
      std::printf("%s\n", entry.path().c_str());
      std::fflush(stdout);
      target(bytes);
      ++count;
    }
    if (count == 0) ++missing;
    std::printf("%s: %zu inputs\n", name.c_str(), count);
  }
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (targets().contains(entry.path().filename().string())) continue;
    std::printf("%s belongs to no target\n", entry.path().c_str());
    ++missing;
  }
  return missing == 0 && !targets().empty() ? 0 : 1;
}

}  // namespace

bool add_target(std::string_view name, Target target) {
  return targets().emplace(std::string(name), target).second;
}

}  // namespace gleaner::fuzz

int main(int argc, char** argv) { return argc == 2 ? gleaner::fuzz::replay(argv[1]) : 2; }
