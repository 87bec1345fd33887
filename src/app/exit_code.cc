#include "app/exit_code.h"

#include <algorithm>
#include <string>

#include "app/say.h"

namespace gleaner {

int report_error(std::string_view command, const Error& error) {
  std::string line = error.sentence();
  // A name may hold anything; what is said stays one line all the same.
  std::replace_if(
      line.begin(), line.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }, '?');
  say("gleaner {}: {}\n", command, line);
  return error.kind == Error::Kind::bad_input ? kExitBadInput : kExitFailed;
}

}  // namespace gleaner
