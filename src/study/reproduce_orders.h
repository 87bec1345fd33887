// Q_max of the orders that the paper compares.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "study/reproduce.h"

namespace gleaner {

/// So many random orders are drawn: for their mean, and for the best of them.
inline constexpr std::size_t kRandomOrders = 100;

/// For every scheme and l = 1 .. 3: the paper's order, the mean of kRandomOrders random ones, the best of
/// these, and ascending chunk ids, each with the bound below which no order can be. A pure function
/// of its arguments.
[[nodiscard]] std::vector<OrderRow> study_orders(const std::vector<ReproducedScheme>& schemes,
                                                 std::uint64_t seed);

}  // namespace gleaner
