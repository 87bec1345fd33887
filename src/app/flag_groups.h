// Groups of flags that several commands have.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "app/command.h"
#include "app/options.h"

namespace gleaner {

/// The names as Command::choice() takes them.
[[nodiscard]] inline std::vector<std::string_view> all(std::span<const std::string_view> names) {
  return {names.begin(), names.end()};
}

/// Who holds what, in which order, with which frame; `orders` are those that the command offers.
void add_plan_group(Command& c, PlanOptions& o, std::vector<std::string_view> orders);
/// --spill-dir.
void add_spill_folder(Command& c, std::string& folder);
void add_config(Command& c, ConfigOptions& o);
/// Plan, data, training, recovery: what a run is.
void add_run_groups(Command& c, TrainOptions& o);
/// What comes out of a run.
void add_result_groups(Command& c, TrainOptions& o);

}  // namespace gleaner
