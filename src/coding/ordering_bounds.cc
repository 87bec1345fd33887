// Q_max of an order and what no order can beat (protocol.md section 6, beyond.md section 5).
#include <algorithm>
#include <functional>

#include "coding/ordering.h"

namespace gleaner {
namespace {

// delta_j - p_j + 1 for every (worker, slot): what a holder does from chunk i on, chunk i included.
std::vector<std::vector<std::size_t>> remaining_from(const Assignment& a, const Ordering& ordering) {
  std::vector<std::vector<std::size_t>> remaining(a.workers());
  for (std::uint32_t j = 0; j < a.workers(); ++j) {
    const auto order = ordering.of(WorkerId(j));
    remaining[j].resize(order.size());
    for (std::size_t p = 0; p < order.size(); ++p) remaining[j][order[p].index()] = order.size() - p;
  }
  return remaining;
}

}  // namespace

bool is_regular(const Assignment& a) {
  if (a.chunks() != a.workers() || a.replication_min() != a.replication_max()) return false;
  for (std::uint32_t j = 0; j < a.workers(); ++j) {
    if (a.load(WorkerId(j)) != a.replication_max()) return false;
  }
  return true;
}

std::size_t q_max(const Assignment& a, const Ordering& ordering, std::size_t blocks) {
  const auto remaining = remaining_from(a, ordering);
  std::size_t worst = 0;
  std::vector<std::size_t> tails;
  for (std::uint32_t i = 0; i < a.chunks(); ++i) {
    const auto holders = a.holders_of(ChunkId(i));
    if (holders.size() < blocks) return a.copies() + 1;
    tails.clear();
    for (const auto& [worker, slot] : holders) tails.push_back(remaining[worker.index()][slot.index()]);
    // Everything may be done but the tails of all holders, save the l - 1 holders with the longest ones.
    std::sort(tails.begin(), tails.end(), std::greater<>{});
    std::size_t undone = 0;
    for (std::size_t k = blocks == 0 ? 0 : blocks - 1; k < tails.size(); ++k) undone += tails[k];
    worst = std::max(worst, 1 + a.copies() - undone);
  }
  return worst;
}

std::size_t q_max_lower_bound(const Assignment& a, std::size_t /*blocks*/) {
  // For l = 1 the mean of Q_i over the chunks is the same in every order: 1 + W - sum of all tails / N.
  std::size_t tails = 0;
  for (std::uint32_t j = 0; j < a.workers(); ++j) {
    const std::size_t load = a.load(WorkerId(j));
    tails += load * (load + 1) / 2;
  }
  return 1 + a.copies() - tails / a.chunks();
}

}  // namespace gleaner
