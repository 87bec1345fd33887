#include "coding/order_certificate.h"

#include <algorithm>
#include <functional>

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

}  // namespace gleaner
