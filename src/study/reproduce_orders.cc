#include "study/reproduce_orders.h"

#include <algorithm>

#include <fmt/format.h>

#include "coding/ordering.h"

namespace gleaner {
namespace {

// Q_max of random orders, one number each.
std::vector<double> of_random_orders(const Assignment& a, std::size_t blocks, std::uint64_t seed) {
  std::vector<double> values;
  for (std::size_t k = 0; k < kRandomOrders; ++k) {
    values.push_back(static_cast<double>(q_max(a, Ordering::random(a, seed + k), blocks)));
  }
  return values;
}

}  // namespace

std::vector<OrderRow> study_orders(const std::vector<ReproducedScheme>& schemes, std::uint64_t seed) {
  std::vector<OrderRow> rows;
  for (const ReproducedScheme& scheme : schemes) {
    const Assignment& a = scheme.assignment;
    const Ordering optimal = Ordering::optimal(a);
    const Ordering ascending = Ordering::ascending(a);
    for (std::size_t blocks = 1; blocks <= kPaperBlocks; ++blocks) {
      const std::size_t bound = q_max_lower_bound(a, blocks);
      const auto add = [&](std::string order, double value) {
        rows.push_back({scheme.name, scheme.key, std::move(order), blocks, value, bound});
      };
      const std::vector<double> random = of_random_orders(a, blocks, seed);
      add("optimal", static_cast<double>(q_max(a, optimal, blocks)));
      add(fmt::format("random, mean of {}", kRandomOrders), estimate(random).mean);
      add(fmt::format("random, best of {}", kRandomOrders), *std::min_element(random.begin(), random.end()));
      add("ascending chunks", static_cast<double>(q_max(a, ascending, blocks)));
    }
  }
  return rows;
}

}  // namespace gleaner
