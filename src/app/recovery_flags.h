// --recovery and --when-unrecoverable.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "protocol/server_options.h"
#include "work/spec_grammar.h"

namespace gleaner {

/// "exact", "deadline=200ms", "residual=0.3"; "stop", "approximate", "wait[=60s]". Errors name the flag.
[[nodiscard]] Result<ServerOptions> read_recovery(const std::string& recovery,
                                                  const std::string& when_unrecoverable, TimeUnits units);

/// "deadline=1/2/3" -> "deadline=1", "deadline=2", "deadline=3"; any other text is one rule.
[[nodiscard]] Result<std::vector<std::string>> recovery_rules(const std::string& text);

}  // namespace gleaner
