#include "coding/graph_colouring.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "coding/test_cases.h"

namespace gleaner {
namespace {

Neighbours graph_of(std::size_t vertices, const std::vector<std::pair<std::uint32_t, std::uint32_t>>& edges) {
  Neighbours graph(vertices);
  for (const auto& [v, w] : edges) {
    graph[v].push_back(w);
    graph[w].push_back(v);
  }
  return graph;
}

bool is_proper(const Neighbours& graph, const std::vector<std::size_t>& colour, std::size_t colours) {
  for (std::size_t v = 0; v < graph.size(); ++v) {
    if (colour[v] >= colours) return false;
    for (const std::uint32_t w : graph[v]) {
      if (colour[v] == colour[w]) return false;
    }
  }
  return true;
}

// Edges between different classes only: `colours` are enough because the classes are a colouring.
RC_GTEST_PROP(GraphColouring, FindsAHiddenColouring, (std::uint64_t seed)) {
  const std::size_t vertices = testing_cases::any_size(1, 40);
  const std::size_t colours = testing_cases::any_size(2, 6);
  Random random = testing_cases::any_random();
  std::vector<std::pair<std::uint32_t, std::uint32_t>> edges;
  for (std::uint32_t v = 0; v < vertices; ++v) {
    for (std::uint32_t w = v + 1; w < vertices; ++w) {
      if (v % colours != w % colours && random.uniform() < 0.3) edges.emplace_back(v, w);
    }
  }
  const Neighbours graph = graph_of(vertices, edges);
  const auto found =
      tabu_colouring(graph, std::vector<std::size_t>(vertices, colours), colours, 10'000'000, seed);
  RC_ASSERT(found.has_value());
  RC_ASSERT(is_proper(graph, *found, colours));
}

TEST(GraphColouring, AnOddCycleNeedsThreeColours) {
  const Neighbours cycle = graph_of(5, {{0, 1}, {1, 2}, {2, 3}, {3, 4}, {4, 0}});
  EXPECT_FALSE(tabu_colouring(cycle, {0, 1, 0, 1, 2}, 2, 10000, 1).has_value());
  EXPECT_TRUE(tabu_colouring(cycle, {0, 0, 0, 0, 0}, 3, 10000, 1).has_value());
}

}  // namespace
}  // namespace gleaner
