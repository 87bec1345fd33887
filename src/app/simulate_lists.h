// The comma-separated flags of `gleaner simulate`: every combination is a row.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "app/options.h"
#include "base/result.h"
#include "protocol/server_options.h"

namespace gleaner {

/// Each list has at least one value and none twice, in the order in which they were given.
struct SimulateLists {
  std::vector<std::string> methods;
  std::vector<Policy> policies;
  std::vector<std::string> orders;
  std::vector<std::string> rules;
  std::vector<std::size_t> replications;
  std::vector<std::size_t> blocks;
};

/// "a,b,c" in its parts. Errors name the flag: an empty place, a value twice.
[[nodiscard]] Result<std::vector<std::string>> comma_list(std::string_view flag, const std::string& text);

/// Errors name the flag and the value: an empty place, a value twice, an unknown name, no whole number, a
/// rule of recovery that is none.
[[nodiscard]] Result<SimulateLists> simulate_lists(const SimulateOptions& options);

}  // namespace gleaner
