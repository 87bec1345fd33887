// The sets of chunks whose certificates are worth a look.
#include <algorithm>
#include <numeric>

#include "coding/max_flow.h"
#include "coding/order_certificate.h"

namespace gleaner {
namespace {

// No tail of chunk i at worker j is longer than delta_j.
std::size_t bound_of_single_chunks(const Assignment& a, std::size_t blocks) {
  std::size_t bound = a.copies();
  std::vector<std::size_t> loads;
  for (std::uint32_t i = 0; i < a.chunks(); ++i) {
    loads.clear();
    for (const auto& holder : a.holders_of(ChunkId(i))) loads.push_back(a.load(holder.worker));
    std::sort(loads.begin(), loads.end());
    bound =
        std::min(bound, std::accumulate(loads.begin(), loads.end() - static_cast<std::ptrdiff_t>(blocks - 1),
                                        std::size_t{0}));
  }
  return bound;
}

// The chunks that have least to gain from a fair order come first: of all sets that are a beginning of that
// list the one with the smallest g'(S) / sum_S gamma_i / k_i.
std::vector<ChunkId> greedy_set(const Assignment& a, std::size_t blocks) {
  std::vector<double> fair(a.chunks(), 0);
  std::vector<double> weight(a.chunks());
  for (std::uint32_t i = 0; i < a.chunks(); ++i) {
    const auto copies = static_cast<double>(a.replication(ChunkId(i)));
    weight[i] = copies / (copies - static_cast<double>(blocks - 1));
    for (const auto& holder : a.holders_of(ChunkId(i))) {
      fair[i] += static_cast<double>(a.load(holder.worker) + 1) / weight[i];
    }
  }
  std::vector<ChunkId> set;
  for (std::uint32_t i = 0; i < a.chunks(); ++i) set.emplace_back(i);
  std::stable_sort(set.begin(), set.end(),
                   [&](ChunkId x, ChunkId y) { return fair[x.index()] < fair[y.index()]; });

  std::vector<std::size_t> members(a.workers(), 0);
  double tails = 0;
  double weights = 0;
  double best = -1;
  std::size_t best_size = 0;
  for (std::size_t n = 0; n < set.size(); ++n) {
    for (const auto& holder : a.holders_of(set[n])) {
      tails += static_cast<double>(a.load(holder.worker) - members[holder.worker.index()]++);
    }
    weights += weight[set[n].index()];
    if (best >= 0 && tails / weights >= best) continue;
    best = tails / weights;
    best_size = n + 1;
  }
  set.resize(best_size);
  return set;
}

// A set of chunks whose tails cannot sum to what `undone` asks of each of them, if there is one. A concave
// s delta - s (s - 1) / 2 = sum_{u <= delta} min(s, u): worker j becomes delta_j nodes, node u
// takes at most u of the units that the chunks send, and at most one of each chunk.
std::vector<ChunkId> set_that_lacks_tails(const Assignment& a, std::size_t blocks, std::size_t undone) {
  std::size_t nodes = a.chunks();
  for (std::uint32_t j = 0; j < a.workers(); ++j) nodes += a.load(WorkerId(j));
  const std::size_t source = nodes;
  const std::size_t sink = nodes + 1;
  MaxFlow network(nodes + 2);
  std::int64_t wanted = 0;
  for (std::uint32_t i = 0; i < a.chunks(); ++i) {
    const std::size_t counted = a.replication(ChunkId(i)) - (blocks - 1);
    const auto tails = static_cast<std::int64_t>(least_tails(undone, counted, blocks));
    network.add_edge(source, i, tails);
    wanted += tails;
  }
  std::size_t node = a.chunks();
  for (std::uint32_t j = 0; j < a.workers(); ++j) {
    for (std::size_t u = 1; u <= a.load(WorkerId(j)); ++u, ++node) {
      for (const ChunkId chunk : a.chunks_of(WorkerId(j))) network.add_edge(chunk.index(), node, 1);
      network.add_edge(node, sink, static_cast<std::int64_t>(u));
    }
  }
  std::vector<ChunkId> set;
  if (network.run(source, sink) == wanted) return set;
  for (std::uint32_t i = 0; i < a.chunks(); ++i) {
    if (network.on_source_side(i)) set.emplace_back(i);
  }
  return set;
}

std::size_t sum_of_squared_loads(const Assignment& a) {
  std::size_t sum = 0;
  for (std::uint32_t j = 0; j < a.workers(); ++j) sum += a.load(WorkerId(j)) * a.load(WorkerId(j));
  return sum;
}

}  // namespace

std::size_t undone_upper_bound(const Assignment& a, std::size_t blocks, std::size_t flow_limit) {
  std::vector<ChunkId> all;
  for (std::uint32_t i = 0; i < a.chunks(); ++i) all.emplace_back(i);
  std::size_t bound = bound_of_single_chunks(a, blocks);
  bound = SetCertificate(a, blocks, all).largest_allowed(bound);
  bound = SetCertificate(a, blocks, greedy_set(a, blocks)).largest_allowed(bound);
  if (sum_of_squared_loads(a) > flow_limit) return bound;
  while (bound > 0) {
    const auto set = set_that_lacks_tails(a, blocks, bound);
    if (set.empty()) break;
    bound = SetCertificate(a, blocks, set).largest_allowed(bound);
  }
  return bound;
}

}  // namespace gleaner
