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

void VectorWatch::signalled(Peer peer, Ticket ticket, std::uint32_t segments, Time now) {
  if (!computing_) computing_ = now - began_;
  coming_[peer.worker] = {peer, ticket, now, std::max<std::uint32_t>(segments, 1), 0};
}

void VectorWatch::segment(Peer peer, Ticket ticket, Time now) {
  const auto it = coming_.find(peer.worker);
  if (it == coming_.end() || it->second.peer != peer || it->second.ticket != ticket) return;
  if (++it->second.here < it->second.segments) return;
  longest_ = std::max(longest_.value_or(Duration::zero()), now - it->second.since);
  coming_.erase(it);
}

std::vector<VectorWatch::Late> VectorWatch::late(Time now) const {
  std::vector<Late> all;
  if (!longest_) return all;
  const Duration cost = std::max(least_, *computing_ + *longest_);
  for (const auto& [worker, c] : coming_) {
    const Duration taken = now - c.since;
    if (taken < 2 * cost) continue;
    // Of a vector of which nothing came all that is known is that it takes longer than this.
    const Duration left = c.here == 0 ? taken : taken / c.here * (c.segments - c.here);
    if (left < 2 * cost) continue;
    all.push_back({c.peer, c.ticket,
                   fmt::format("{} of {} segments in {:.2f} s, where to do without it takes {:.2f} s", c.here,
                               c.segments, seconds(taken), seconds(cost))});
  }
  return all;
}

}  // namespace gleaner
