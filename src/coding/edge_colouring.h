// Edge colouring of bipartite graphs. Internal to coding.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace gleaner {

/// An edge between left node `left` and right node `right`; parallel edges are allowed.
struct BipartiteEdge {
  std::uint32_t left = 0;
  std::uint32_t right = 0;
};

/// A proper colouring: edges that share a node differ. One colour in 0..colours-1 per edge. By Koenig's
/// theorem `colours` = the largest degree suffices. Deterministic.
/// REQUIRES: every degree <= colours; colours >= 1. Expected O(E (K / 64 + log E)) on random graphs.
[[nodiscard]] std::vector<std::uint32_t> colour_edges(std::span<const BipartiteEdge> edges,
                                                      std::size_t left_nodes, std::size_t right_nodes,
                                                      std::size_t colours);

}  // namespace gleaner
