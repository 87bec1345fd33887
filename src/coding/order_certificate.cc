#include "coding/order_certificate.h"

#include <algorithm>
#include <functional>
#include <numeric>

#include "coding/max_flow.h"

namespace gleaner {
namespace {

// s_j = |S cap L_j|.
std::vector<std::size_t> members_per_worker(const Assignment& a, std::span<const ChunkId> set) {
  std::vector<std::size_t> members(a.workers(), 0);
  for (const ChunkId chunk : set) {
    for (const auto& holder : a.holders_of(chunk)) ++members[holder.worker.index()];
  }
  return members;
}

std::size_t rounded_up(std::size_t a, std::size_t b) { return (a + b - 1) / b; }

}  // namespace

SetCertificate::SetCertificate(const Assignment& a, std::size_t blocks, std::span<const ChunkId> set)
    : above_(blocks - 1), tails_at_least_(a.load_max() + 2, 0) {
  for (const ChunkId chunk : set) replication_.push_back(a.replication(chunk));
  std::sort(replication_.begin(), replication_.end(), std::greater<>{});
  copies_before_.assign(1, 0);
  for (const std::size_t copies : replication_) copies_before_.push_back(copies_before_.back() + copies);

  const auto members = members_per_worker(a, set);
  std::vector<std::ptrdiff_t> change(tails_at_least_.size() + 1, 0);  // of the number of tails equal to v
  for (std::uint32_t j = 0; j < a.workers(); ++j) {
    const std::size_t load = a.load(WorkerId(j));
    ++change[load - members[j] + 1];
    --change[load + 1];
  }
  std::vector<std::size_t> tails_equal(tails_at_least_.size(), 0);
  std::ptrdiff_t equal = 0;
  for (std::size_t v = 0; v < tails_equal.size(); ++v) {
    equal += change[v];
    tails_equal[v] = static_cast<std::size_t>(equal);
  }
  for (std::size_t v = tails_equal.size() - 1; v > 0; --v) {
    tails_at_least_[v] = tails_equal[v] + (v + 1 < tails_equal.size() ? tails_at_least_[v + 1] : 0);
    tails_ += tails_at_least_[v];
  }
}

// A lower bound of E(v).
std::size_t SetCertificate::least_above(std::size_t value, std::size_t undone) const {
  // Chunks by descending replication have ascending b_i: those with b_i >= v are at the end.
  const auto full = std::partition_point(replication_.begin(), replication_.end(), [&](std::size_t copies) {
    return rounded_up(undone, copies - above_) < value;
  });
  const auto others = static_cast<std::size_t>(full - replication_.begin());
  const std::size_t forced = above_ * (replication_.size() - others);
  const std::size_t room = copies_before_.back() - copies_before_[others];
  if (tails_at_least_[value] <= room) return forced;
  const std::size_t rest = tails_at_least_[value] - room;
  const auto last = copies_before_.begin() + static_cast<std::ptrdiff_t>(others) + 1;
  const auto filled = static_cast<std::size_t>(std::upper_bound(copies_before_.begin(), last, rest) -
                                               copies_before_.begin()) -
                      1;
  const std::size_t begun = rest - copies_before_[filled];
  return forced + above_ * filled + (begun == 0 ? 0 : rounded_up(above_ * begun, replication_[filled]));
}

bool SetCertificate::excludes(std::size_t undone) const {
  // No tail is longer than the largest load.
  const std::size_t longest = tails_at_least_.size() - 2;
  if (undone > longest * (replication_.back() - above_)) return true;
  std::size_t least = replication_.size() * undone;
  if (above_ > 0) {
    for (std::size_t v = 1; v <= longest; ++v) least += least_above(v, undone);
  }
  return least > tails_;
}

std::size_t SetCertificate::largest_allowed(std::size_t limit) const {
  std::size_t allowed = 0;
  while (allowed < limit) {
    const std::size_t middle = limit - (limit - allowed) / 2;
    if (excludes(middle)) {
      limit = middle - 1;
    } else {
      allowed = middle;
    }
  }
  return allowed;
}

std::size_t least_tails(std::size_t undone, std::size_t counted, std::size_t blocks) {
  return undone + (blocks - 1) * rounded_up(undone, counted);
}

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
