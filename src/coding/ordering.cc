#include "coding/ordering.h"

#include <algorithm>
#include <numeric>

#include <fmt/format.h>

#include "base/check.h"
#include "base/random.h"
#include "base/range.h"
#include "coding/edge_colouring.h"

namespace gleaner {
namespace {

std::vector<Slot> ascending_slots(std::size_t load) {
  std::vector<Slot> slots;
  slots.reserve(load);
  for (std::size_t s = 0; s < load; ++s) slots.emplace_back(static_cast<std::uint32_t>(s));
  return slots;
}

// Nodes of a large degree are cut into nearly equal parts of degree at most `limit`: entry p of a list of
// `size` belongs to the part that part_of() puts it in.
class Parts {
 public:
  Parts(std::size_t size, std::size_t limit) : size_(size), parts_((size + limit - 1) / limit) {}
  [[nodiscard]] std::size_t count() const { return parts_; }
  [[nodiscard]] std::size_t of(std::size_t entry) const {
    std::size_t part = entry * parts_ / size_;
    while (entry >= part_of(size_, part, parts_).last) ++part;
    return part;
  }

 private:
  std::size_t size_;
  std::size_t parts_;
};

// The chunk-worker graph after both sides were split; edges worker by worker, slot by slot.
struct SplitGraph {
  std::vector<BipartiteEdge> edges;
  std::size_t worker_nodes = 0;
  std::size_t chunk_nodes = 0;
};

SplitGraph split(const Assignment& a, std::size_t limit) {
  SplitGraph graph;
  graph.edges.reserve(a.copies());
  std::vector<std::size_t> first_edge;  // of every worker
  for (std::uint32_t j = 0; j < a.workers(); ++j) {
    first_edge.push_back(graph.edges.size());
    const Parts parts(a.load(WorkerId(j)), limit);
    for (std::size_t s = 0; s < a.load(WorkerId(j)); ++s) {
      graph.edges.push_back({static_cast<std::uint32_t>(graph.worker_nodes + parts.of(s)), 0});
    }
    graph.worker_nodes += parts.count();
  }
  for (std::uint32_t i = 0; i < a.chunks(); ++i) {
    const auto holders = a.holders_of(ChunkId(i));
    const Parts parts(holders.size(), limit);
    for (std::size_t h = 0; h < holders.size(); ++h) {
      graph.edges[first_edge[holders[h].worker.index()] + holders[h].slot.index()].right =
          static_cast<std::uint32_t>(graph.chunk_nodes + parts.of(h));
    }
    graph.chunk_nodes += parts.count();
  }
  return graph;
}

// Every worker does its chunks by ascending colour of the split graph, whose edges are coloured in the order
// `placed`: the colours are proper in any case, which ones come out depends on it.
std::vector<std::vector<Slot>> order_by_colour(const Assignment& a, const SplitGraph& graph,
                                               std::span<const std::uint32_t> placed, std::size_t colours) {
  std::vector<BipartiteEdge> edges;
  edges.reserve(placed.size());
  for (const std::uint32_t e : placed) edges.push_back(graph.edges[e]);
  const auto colour_as_placed = colour_edges(edges, graph.worker_nodes, graph.chunk_nodes, colours);
  std::vector<std::uint32_t> colour(placed.size());
  for (std::size_t k = 0; k < placed.size(); ++k) colour[placed[k]] = colour_as_placed[k];

  std::vector<std::vector<Slot>> order;
  order.reserve(a.workers());
  std::size_t first_edge = 0;
  for (std::uint32_t j = 0; j < a.workers(); ++j) {
    std::vector<Slot> slots = ascending_slots(a.load(WorkerId(j)));
    // Slots ascend by part, so a stable sort puts equal colours in the order of their parts.
    std::stable_sort(slots.begin(), slots.end(), [&](Slot s, Slot t) {
      return colour[first_edge + s.index()] < colour[first_edge + t.index()];
    });
    first_edge += slots.size();
    order.push_back(std::move(slots));
  }
  return order;
}

// Edges by ascending (j - floor(i m / N)) mod m. On the cyclic placement equal
// differences are a matching (N = m) and get one colour: the shifts that the paper uses.
std::vector<std::uint32_t> by_shift(const Assignment& a) {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> keyed;  // shift, edge
  keyed.reserve(a.copies());
  for (std::uint32_t j = 0; j < a.workers(); ++j) {
    for (const ChunkId chunk : a.chunks_of(WorkerId(j))) {
      const std::size_t start = chunk.index() * a.workers() / a.chunks();
      keyed.emplace_back(static_cast<std::uint32_t>((j + a.workers() - start) % a.workers()),
                         static_cast<std::uint32_t>(keyed.size()));
    }
  }
  std::sort(keyed.begin(), keyed.end());
  std::vector<std::uint32_t> placed;
  placed.reserve(keyed.size());
  for (const auto& [shift, edge] : keyed) placed.push_back(edge);
  return placed;
}

std::size_t layers(const Assignment& a) { return std::min(a.load_max(), a.replication_max()); }

}  // namespace

Ordering Ordering::optimal(const Assignment& assignment) {
  const std::size_t colours = layers(assignment);
  return Ordering(order_by_colour(assignment, split(assignment, colours), by_shift(assignment), colours));
}

Ordering Ordering::mixed(const Assignment& assignment, std::uint64_t seed) {
  std::vector<std::uint32_t> placed(assignment.copies());
  std::iota(placed.begin(), placed.end(), 0U);
  Random random({.seed = seed, .purpose = Purpose::order, .position = 1});
  random.shuffle(std::span(placed));
  const std::size_t colours = layers(assignment);
  return Ordering(order_by_colour(assignment, split(assignment, colours), placed, colours));
}

Ordering Ordering::random(const Assignment& assignment, std::uint64_t seed) {
  Ordering result = ascending(assignment);
  for (std::size_t j = 0; j < result.order_.size(); ++j) {
    Random random({.seed = seed, .purpose = Purpose::order, .worker = j});
    random.shuffle(std::span(result.order_[j]));
  }
  return result;
}

Ordering Ordering::ascending(const Assignment& assignment) {
  std::vector<std::vector<Slot>> order;
  order.reserve(assignment.workers());
  for (std::uint32_t j = 0; j < assignment.workers(); ++j) {
    order.push_back(ascending_slots(assignment.load(WorkerId(j))));
  }
  return Ordering(std::move(order));
}

Result<Ordering> Ordering::from_slots(const Assignment& assignment, std::vector<std::vector<Slot>> order) {
  if (order.size() != assignment.workers()) {
    return bad_input(
        fmt::format("the order names {} workers, but there are {}", order.size(), assignment.workers()),
        "give one list of slots per worker");
  }
  for (std::size_t j = 0; j < order.size(); ++j) {
    std::vector<Slot> sorted = order[j];
    std::sort(sorted.begin(), sorted.end());
    if (sorted != ascending_slots(assignment.load(WorkerId(static_cast<std::uint32_t>(j))))) {
      return bad_input(fmt::format("the order of worker {} is not a permutation of its {} slots", j,
                                   assignment.load(WorkerId(static_cast<std::uint32_t>(j)))),
                       "name every slot of the worker exactly once");
    }
  }
  return Ordering(std::move(order));
}

std::size_t Ordering::position(WorkerId worker, Slot slot) const {
  const auto slots = of(worker);
  const auto it = std::find(slots.begin(), slots.end(), slot);
  GLEANER_CHECK(it != slots.end(), "the worker has no such slot");
  return static_cast<std::size_t>(it - slots.begin());
}

}  // namespace gleaner
