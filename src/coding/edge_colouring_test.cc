#include "coding/edge_colouring.h"

#include <algorithm>
#include <set>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "coding/test_cases.h"

namespace gleaner {
namespace {

// True if no node sees a colour twice and all colours are below `colours`.
bool is_proper(const std::vector<BipartiteEdge>& edges, const std::vector<std::uint32_t>& colour,
               std::size_t colours) {
  std::set<std::pair<std::uint32_t, std::uint32_t>> left;
  std::set<std::pair<std::uint32_t, std::uint32_t>> right;
  for (std::size_t e = 0; e < edges.size(); ++e) {
    if (colour[e] >= colours) return false;
    if (!left.emplace(edges[e].left, colour[e]).second) return false;
    if (!right.emplace(edges[e].right, colour[e]).second) return false;
  }
  return colour.size() == edges.size();
}

std::size_t largest_degree(const std::vector<BipartiteEdge>& edges) {
  std::map<std::uint32_t, std::size_t> left;
  std::map<std::uint32_t, std::size_t> right;
  std::size_t largest = 1;
  for (const auto& [u, v] : edges) largest = std::max({largest, ++left[u], ++right[v]});
  return largest;
}

// Koenig 1916: the largest degree is enough, parallel edges included.
RC_GTEST_PROP(EdgeColouring, IsProperWithAsManyColoursAsTheLargestDegree, ()) {
  const std::size_t left = testing_cases::any_size(1, 12);
  const std::size_t right = testing_cases::any_size(1, 12);
  Random random = testing_cases::any_random();
  std::vector<BipartiteEdge> edges(testing_cases::any_size(0, 150));
  for (auto& edge : edges) {
    edge = {static_cast<std::uint32_t>(random.below(left)), static_cast<std::uint32_t>(random.below(right))};
  }
  const std::size_t colours = largest_degree(edges);
  RC_ASSERT(is_proper(edges, colour_edges(edges, left, right, colours), colours));
}

TEST(EdgeColouring, CompleteGraphGivesALatinSquare) {
  std::vector<BipartiteEdge> edges;
  for (std::uint32_t u = 0; u < 100; ++u) {
    for (std::uint32_t v = 0; v < 100; ++v)
      edges.push_back({u, (v * 37 + u * u) % 100});  // more than 64 colours
  }
  EXPECT_TRUE(is_proper(edges, colour_edges(edges, 100, 100, 100), 100));
}

TEST(EdgeColouringDeathTest, TooFewColoursAreABug) {
  const std::vector<BipartiteEdge> edges = {{0, 0}, {0, 1}};
  EXPECT_DEATH((void)colour_edges(edges, 1, 2, 1), "more edges than there are colours");
}

}  // namespace
}  // namespace gleaner
