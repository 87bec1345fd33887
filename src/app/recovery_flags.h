// --recovery, --when-unrecoverable, --policy and --margin.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
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

/// A name of kPolicies.
[[nodiscard]] Result<Policy> parse_policy(std::string_view name);

/// Whether --margin means something beside these policies; `cure` is for where it does not.
[[nodiscard]] Status check_margin(std::size_t margin, const std::vector<Policy>& policies, std::string cure);

/// Writes both into `server`, as far as `method` knows them. REQUIRES: check_margin().
void set_policy(ServerOptions& server, Method method, Policy policy, std::size_t margin);

}  // namespace gleaner
