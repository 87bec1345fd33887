// One line of a run log as JSON. Internal to training.
#pragma once

#include <string_view>

#include <nlohmann/json.hpp>

namespace gleaner {

/// The JSON of a line, null if it is not JSON. Lines of ours are flat but for lists of numbers and records;
/// what is nested deeper is nobody's log, could exhaust the stack, and is null too.
[[nodiscard]] inline nlohmann::json parse_log_line(std::string_view line) {
  constexpr int kDepthMax = 8;
  bool deep = false;
  const auto watch = [&deep](int depth, nlohmann::json::parse_event_t, nlohmann::json&) {
    deep = deep || depth > kDepthMax;
    return !deep;
  };
  nlohmann::json json = nlohmann::json::parse(line, watch, false);
  return deep || json.is_discarded() ? nlohmann::json() : json;
}

}  // namespace gleaner
