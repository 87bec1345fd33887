#include "app/simulate_notes.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace gleaner {
namespace {

using Rows = std::span<const SimulateRow>;

std::string without_policy(const SimulateLists& lists, const SimulateRow& row) {
  if (row.method == "partial" || lists.policies.size() > 1 || lists.policies.front() == Policy::fixed) {
    return {};
  }
  return row.method + ": runs as static, whatever the policy";
}

std::string without_learning(const SimulateLists& lists, const SimulateRow& row) {
  if (row.method == "partial" || lists.orders != std::vector<std::string>{"learned"}) return {};
  return row.method + ": learns no orders, since it waits for whole workers";
}

std::string without_skipping(std::size_t margin, const SimulateRow& row) {
  if (margin == 0 || row.study.cluster.server.policy == Policy::fixed) return {};
  const std::size_t most = row.study.cluster.plan->assignment().replication_max();
  if (row.blocks + margin < most) return {};
  return fmt::format("--margin {} with {} {}: no chunk has more than {} copies, so nothing is ever left out",
                     margin, row.blocks, row.blocks == 1 ? "block" : "blocks", most);
}

// Static rows have the order of the paper and others a mixed one, where nobody asked for that.
std::string order_beside_policy(const SimulateLists& lists, Rows rows) {
  if (std::ranges::find(lists.orders, "auto") == lists.orders.end()) return {};
  for (const SimulateRow& a : rows) {
    for (const SimulateRow& b : rows) {
      if (a.method == "partial" && b.method == "partial" && a.policy == "static" && a.order == "optimal" &&
          b.policy != "static" && b.order == "mixed") {
        return "rows differ in policy and, by --order auto, in order; --order optimal compares policies "
               "alone";
      }
    }
  }
  return {};
}

}  // namespace

std::vector<std::string> notes_on(const SimulateLists& lists, std::size_t margin, Rows rows) {
  std::vector<std::string> notes;
  const auto add = [&](std::string note) {
    if (!note.empty() && std::ranges::find(notes, note) == notes.end()) notes.push_back(std::move(note));
  };
  for (const SimulateRow& row : rows) {
    add(without_policy(lists, row));
    add(without_learning(lists, row));
    add(without_skipping(margin, row));
  }
  if (lists.orders.size() == 1) add(order_beside_policy(lists, rows));
  return notes;
}

}  // namespace gleaner
