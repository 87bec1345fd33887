// Colouring workers so that the holders of every chunk differ (protocol.md section 9).
#include <algorithm>
#include <numeric>
#include <utility>

#include "coding/frame.h"
#include "coding/graph_colouring.h"

namespace gleaner {
namespace {

// Pairs of holders of one chunk, over all chunks: about a second of work each.
constexpr std::size_t kPairsOfTabuMax = 20'000'000;
constexpr std::size_t kPairsOfGreedyMax = 500'000'000;

// Calls f(other) for every worker that shares a chunk with `worker`, some of them more than once.
template <class F>
void for_each_neighbour(const Assignment& a, WorkerId worker, F&& f) {
  for (const ChunkId chunk : a.chunks_of(worker)) {
    for (const auto& holder : a.holders_of(chunk)) {
      if (holder.worker != worker) f(holder.worker);
    }
  }
}

bool is_proper(const Assignment& a, const std::vector<std::size_t>& colour) {
  std::vector<std::size_t> seen(a.workers(), a.chunks());  // colour -> last chunk that had it
  for (std::uint32_t i = 0; i < a.chunks(); ++i) {
    for (const auto& holder : a.holders_of(ChunkId(i))) {
      std::size_t& last = seen[colour[holder.worker.index()]];
      if (last == i) return false;
      last = i;
    }
  }
  return true;
}

// Largest degree first: the degree counts shared chunks with multiplicity, which needs no sets.
std::vector<std::uint32_t> by_degree(const Assignment& a) {
  std::vector<std::size_t> degree(a.workers(), 0);
  for (std::uint32_t j = 0; j < a.workers(); ++j) {
    for (const ChunkId chunk : a.chunks_of(WorkerId(j))) degree[j] += a.replication(chunk) - 1;
  }
  std::vector<std::uint32_t> order(a.workers());
  std::iota(order.begin(), order.end(), 0U);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::uint32_t x, std::uint32_t y) { return degree[x] > degree[y]; });
  return order;
}

std::vector<std::size_t> colour_greedily(const Assignment& a) {
  const std::size_t none = a.workers();
  std::vector<std::size_t> colour(a.workers(), none);
  std::vector<std::size_t> taken_for(a.workers(), none);  // colour -> last worker that cannot have it
  for (const std::uint32_t j : by_degree(a)) {
    for_each_neighbour(a, WorkerId(j), [&](WorkerId other) {
      if (colour[other.index()] != none) taken_for[colour[other.index()]] = j;
    });
    std::size_t c = 0;
    while (taken_for[c] == j) ++c;
    colour[j] = c;
  }
  return colour;
}

// Workers are joined when they share a chunk.
Neighbours conflict_graph(const Assignment& a) {
  Neighbours graph(a.workers());
  std::vector<std::size_t> seen_by(a.workers(), a.workers());
  for (std::uint32_t j = 0; j < a.workers(); ++j) {
    for_each_neighbour(a, WorkerId(j), [&](WorkerId other) {
      if (std::exchange(seen_by[other.index()], j) != j) graph[j].push_back(other.value);
    });
  }
  return graph;
}

// Takes away one colour after another until the search fails or `least` is reached.
std::vector<std::size_t> with_fewer_colours(const Assignment& a, std::vector<std::size_t> colour,
                                            std::size_t least) {
  constexpr std::size_t kWork = 40'000'000;  // per colour: the one that fails costs a tenth of a second
  const Neighbours graph = conflict_graph(a);
  std::size_t colours = *std::max_element(colour.begin(), colour.end()) + 1;
  while (colours > least) {
    auto better = tabu_colouring(graph, colour, colours - 1, kWork, /*seed=*/colours);
    if (!better) break;
    colour = *std::move(better);
    --colours;
  }
  return colour;
}

// Pairs of holders of one chunk, over all chunks: what it costs to write the conflict graph down.
std::size_t conflicting_pairs(const Assignment& a) {
  std::size_t pairs = 0;
  for (std::uint32_t i = 0; i < a.chunks(); ++i)
    pairs += a.replication(ChunkId(i)) * (a.replication(ChunkId(i)) - 1);
  return pairs;
}

}  // namespace

std::vector<std::size_t> colour_workers(const Assignment& assignment) {
  // Fewer colours than holders of one chunk are impossible, so j mod gamma is optimal where it is proper.
  const std::size_t gamma = assignment.replication_max();
  std::vector<std::size_t> colour(assignment.workers());
  for (std::size_t j = 0; j < colour.size(); ++j) colour[j] = j % gamma;
  if (is_proper(assignment, colour)) return colour;
  const std::size_t pairs = conflicting_pairs(assignment);
  if (pairs > kPairsOfGreedyMax) {
    std::iota(colour.begin(), colour.end(), std::size_t{0});
    return colour;
  }
  colour = colour_greedily(assignment);
  if (pairs > kPairsOfTabuMax) return colour;
  return with_fewer_colours(assignment, std::move(colour), gamma);
}

}  // namespace gleaner
