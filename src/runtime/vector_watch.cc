#include "runtime/vector_watch.h"

#include <algorithm>

#include <fmt/format.h>

namespace gleaner {

void VectorWatch::round_begins(Time now) {
  began_ = now;
  computing_.reset();
  longest_.reset();
  coming_.clear();
}

void VectorWatch::signalled(Peer peer, Ticket ticket, std::uint32_t first, std::uint32_t end, Time now) {
  if (!computing_) computing_ = now - began_;
  coming_[peer.worker] = {peer, ticket, now, now, first, first, std::max(end, first + 1)};
}

void VectorWatch::segment(Peer peer, Ticket ticket, Time now) {
  const auto it = coming_.find(peer.worker);
  if (it == coming_.end() || it->second.peer != peer || it->second.ticket != ticket) return;
  it->second.last = now;
  if (++it->second.next < it->second.end) return;
  longest_ = std::max(longest_.value_or(Duration::zero()), now - it->second.since);
  coming_.erase(it);
}

std::optional<Duration> VectorWatch::others(std::uint32_t behind) const {
  std::optional<Duration> longest = longest_;
  for (const auto& [worker, c] : coming_) {
    if (c.next <= behind || c.next == c.first) continue;
    const Duration whole = (c.last - c.since) / (c.next - c.first) * (c.end - c.first);
    longest = std::max(longest.value_or(Duration::zero()), whole);
  }
  return longest;
}

std::vector<VectorWatch::Late> VectorWatch::late(Time now) const {
  std::vector<Late> all;
  if (coming_.empty()) return all;
  const std::uint32_t behind =
      std::ranges::min_element(coming_, {}, [](const auto& c) { return c.second.next; })->second.next;
  const std::optional<Duration> another = others(behind);
  if (!another) return all;
  const Duration cost = std::max(least_, *computing_ + *another);
  for (const auto& [worker, c] : coming_) {
    const Duration taken = now - c.since;
    if (c.next > behind || taken < 2 * cost) continue;
    // Of a vector of which nothing came all that is known is that it takes longer than this.
    const std::uint32_t here = c.next - c.first;
    const Duration left = here == 0 ? taken : taken / here * (c.end - c.next);
    if (left < 2 * cost) continue;
    all.push_back({c.peer, c.ticket,
                   fmt::format("{} of {} segments in {:.2f} s, where to do without it takes {:.2f} s", here,
                               c.end - c.first, seconds(taken), seconds(cost))});
  }
  return all;
}

}  // namespace gleaner
