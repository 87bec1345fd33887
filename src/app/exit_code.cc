#include "app/exit_code.h"

#include "app/say.h"

namespace gleaner {

int report_error(std::string_view command, const Error& error) {
  say("gleaner {}: {}\n", command, error.sentence());
  return error.kind == Error::Kind::bad_input ? kExitBadInput : kExitFailed;
}

}  // namespace gleaner
