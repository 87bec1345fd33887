// Vertex colouring of small graphs by tabu search. Internal to coding.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace gleaner {

/// An undirected simple graph: the neighbours of every vertex, each once.
using Neighbours = std::vector<std::vector<std::uint32_t>>;

/// A proper colouring with colours 0..colours-1, or nothing if none was found with `work` operations.
/// TabuCol (Hertz and de Werra 1987): recolour one vertex of a conflict so that the fewest conflicts remain,
/// and keep it from its old colour for a while. `start` names a colour for every vertex; those >= colours are
/// drawn anew. Deterministic in its arguments. A step is conflicts x colours + degree operations of about
/// 2 ns.
[[nodiscard]] std::optional<std::vector<std::size_t>> tabu_colouring(const Neighbours& graph,
                                                                     std::vector<std::size_t> start,
                                                                     std::size_t colours, std::size_t work,
                                                                     std::uint64_t seed);

}  // namespace gleaner
