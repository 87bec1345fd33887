// What --order means beside --policy.
#pragma once

#include <string>
#include <string_view>

#include "app/options.h"
#include "protocol/server_options.h"

namespace gleaner {

struct ChosenOrder {
  std::string name;      ///< for the plan: optimal, mixed, worst-case, random or given
  bool learned = false;  ///< rounds begin with orders that were learned from earlier ones
  /// As it is shown: "learned", or the name.
  [[nodiscard]] std::string_view shown() const { return learned ? std::string_view("learned") : name; }
};

/// `order`: of kRoundOrders. auto is optimal, the order of the paper; but mixed where chunks are skipped and
/// --scheme cyclic places them: there neighbours do the same chunks one after another in the order of the
/// paper, and rounds that skip take longer (docs/simulating.md section 2). learned begins with the same.
[[nodiscard]] ChosenOrder choose_order(const std::string& order, Policy policy, const PlanOptions& options);

}  // namespace gleaner
