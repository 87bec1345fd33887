// What is said to a person.
#pragma once

#include <cstdio>
#include <string>
#include <utility>

#include <fmt/format.h>

namespace gleaner {

/// Prints on stderr. Unlike fmt::print it does not throw where nobody listens any more: a terminal that was
/// closed is no reason to lose a run.
template <class... Args>
void say(fmt::format_string<Args...> format, Args&&... args) {
  const std::string text = fmt::format(format, std::forward<Args>(args)...);
  (void)std::fwrite(text.data(), 1, text.size(), stderr);
}

}  // namespace gleaner
