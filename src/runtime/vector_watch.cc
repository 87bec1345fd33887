#include "runtime/vector_watch.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace gleaner {

void VectorWatch::round_begins(Time now) {
  began_ = now;
  computing_.reset();
  longest_.reset();
  coming_.clear();
  waiting_ = false;
}

void VectorWatch::signalled(Peer peer, Ticket ticket, std::uint32_t first, std::uint32_t end, Time now) {
  if (!computing_) computing_ = now - began_;
  coming_[peer.worker] = {peer, ticket, now, now, first, first, std::max(end, first + 1), std::nullopt};
}

void VectorWatch::segment(Peer peer, Ticket ticket, Time now) {
  const auto it = coming_.find(peer.worker);
  if (it == coming_.end() || it->second.peer != peer || it->second.ticket != ticket) return;
  it->second.last = now;
  if (++it->second.next < it->second.end) return;
  // Of one that was measured anew this is only the rest.
  longest_ = std::max({longest_, std::optional(now - it->second.since), it->second.whole});
  coming_.erase(it);
}

void VectorWatch::forget(WorkerId worker) {
  coming_.erase(worker);
  waiting_ = true;
}

void VectorWatch::combines(Time now) {
  if (!std::exchange(waiting_, false)) return;
  for (auto& [worker, c] : coming_) {
    c.whole = whole(c);
    c.since = c.last = now;
    c.first = c.next;
  }
}

std::optional<Duration> VectorWatch::whole(const Coming& c) {
  if (c.next == c.first) return c.whole;
  return std::max(c.whole, std::optional((c.last - c.since) / (c.next - c.first) * (c.end - c.first)));
}

std::optional<Duration> VectorWatch::others(std::uint32_t behind) const {
  std::optional<Duration> longest = longest_;
  for (const auto& [worker, c] : coming_) {
    if (c.next > behind) longest = std::max(longest, whole(c));  // none is less than any
  }
  return longest;
}

std::vector<VectorWatch::Late> VectorWatch::late(Time now) const {
  std::vector<Late> all;
  if (coming_.empty() || waiting_) return all;
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
