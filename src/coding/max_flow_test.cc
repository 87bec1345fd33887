#include "coding/max_flow.h"

#include <limits>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "coding/test_cases.h"

namespace gleaner {
namespace {

struct Arc {
  std::size_t from;
  std::size_t to;
  std::int64_t capacity;
};

std::int64_t capacity_across(const std::vector<Arc>& arcs, std::uint32_t side) {
  std::int64_t across = 0;
  for (const Arc& arc : arcs) {
    if ((side >> arc.from & 1U) != 0 && (side >> arc.to & 1U) == 0) across += arc.capacity;
  }
  return across;
}

// The theorem of Ford and Fulkerson, with every cut looked at.
RC_GTEST_PROP(MaxFlow, IsTheSmallestOfAllCuts, ()) {
  Random random = testing_cases::any_random();
  const std::size_t nodes = 2 + random.below(7);
  std::vector<Arc> arcs(random.below(25));
  MaxFlow network(nodes);
  for (Arc& arc : arcs) {
    arc = {random.below(nodes), random.below(nodes), static_cast<std::int64_t>(random.below(9))};
    network.add_edge(arc.from, arc.to, arc.capacity);
  }
  std::int64_t smallest = std::numeric_limits<std::int64_t>::max();
  for (std::uint32_t side = 1; side < (1U << nodes); side += 2) {  // node 0 is the source, node 1 the sink
    if ((side & 2U) == 0) smallest = std::min(smallest, capacity_across(arcs, side));
  }
  RC_ASSERT(network.run(0, 1) == smallest);
  std::uint32_t found = 0;
  for (std::size_t node = 0; node < nodes; ++node) {
    if (network.on_source_side(node)) found |= 1U << node;
  }
  RC_ASSERT((found & 3U) == 1);
  RC_ASSERT(capacity_across(arcs, found) == smallest);
}

}  // namespace
}  // namespace gleaner
