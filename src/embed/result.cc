#include <gleaner/gleaner.hpp>

#include <cstdio>
#include <cstdlib>

namespace gleaner::v1 {

void detail::no_value(const std::string& sentence) {
  std::fprintf(stderr, "gleaner: value() of a failed Result: %s\n", sentence.c_str());
  std::abort();
}

std::string version() { return GLEANER_VERSION; }

}  // namespace gleaner::v1
