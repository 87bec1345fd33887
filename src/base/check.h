// Assertions for bugs in Gleaner itself. A failed expectation about the outside world (files, flags,
// messages, other machines) is never an assertion: it is a Result (see result.h and docs/errors.md).
#pragma once

#include <string_view>

namespace gleaner {

/// Prints the condition, its place and `why` to stderr and aborts. Always on, in every build.
[[noreturn]] void check_failed(const char* condition, const char* file, int line, std::string_view why);

}  // namespace gleaner

#define GLEANER_CHECK(condition, why) \
  ((condition) ? static_cast<void>(0) : ::gleaner::check_failed(#condition, __FILE__, __LINE__, (why)))
