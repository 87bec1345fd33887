// Q_max of an order and what no order can beat (protocol.md section 6, beyond.md section 5).
#include <algorithm>
#include <functional>

#include "coding/order_certificate.h"
#include "coding/ordering.h"

namespace gleaner {
namespace {

// Up to here minimum cuts take less than a second.
constexpr std::size_t kSquaredLoadsMax = 1'000'000;

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
  const std::size_t replication = a.replication_max();  // looks at every chunk
  if (a.chunks() != a.workers() || a.replication_min() != replication) return false;
  for (std::uint32_t j = 0; j < a.workers(); ++j) {
    if (a.load(WorkerId(j)) != replication) return false;
  }
  return true;
}

std::size_t q_max(const Assignment& a, const Ordering& ordering, std::size_t blocks) {
  if (blocks == 0) return 0;
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
    for (std::size_t k = blocks - 1; k < tails.size(); ++k) undone += tails[k];
    worst = std::max(worst, 1 + a.copies() - undone);
  }
  return worst;
}

std::size_t q_max_lower_bound(const Assignment& a, std::size_t blocks) {
  if (blocks == 0) return 0;
  if (a.replication_min() < blocks) return a.copies() + 1;
  return 1 + a.copies() - undone_upper_bound(a, blocks, kSquaredLoadsMax);
}

}  // namespace gleaner
