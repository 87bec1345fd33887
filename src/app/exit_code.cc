#include "app/exit_code.h"

#include <cstdio>

#include <fmt/format.h>

namespace gleaner {

int report_error(std::string_view command, const Error& error) {
  fmt::print(stderr, "gleaner {}: {}\n", command, error.sentence());
  return error.kind == Error::Kind::bad_input ? kExitBadInput : kExitFailed;
}

}  // namespace gleaner
