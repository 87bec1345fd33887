#include "app/order_flag.h"

namespace gleaner {

ChosenOrder choose_order(const std::string& order, Policy policy, const PlanOptions& options) {
  const bool learned = order == "learned";
  if (!learned && order != "auto") return {order, false};
  if (!options.plan_file.empty()) return {"given", learned};
  const bool cyclic = options.scheme == "cyclic" && options.assignment.empty();
  return {policy != Policy::fixed && cyclic ? "mixed" : "optimal", learned};
}

}  // namespace gleaner
