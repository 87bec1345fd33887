#include "coding/max_flow.h"

#include <algorithm>
#include <limits>

namespace gleaner {

void MaxFlow::add_edge(std::size_t from, std::size_t to, std::int64_t capacity) {
  const auto add = [this](std::size_t tail, std::size_t head, std::int64_t left) {
    edges_.push_back({static_cast<std::uint32_t>(head), first_[tail], left});
    first_[tail] = static_cast<std::uint32_t>(edges_.size() - 1);
  };
  add(from, to, capacity);
  add(to, from, 0);
}

std::int64_t MaxFlow::run(std::size_t source, std::size_t sink) {
  std::int64_t total = 0;
  while (find_levels(source, sink)) {
    current_ = first_;
    while (const std::int64_t sent = push_one_path(source, sink)) total += sent;
  }
  return total;
}

bool MaxFlow::find_levels(std::size_t source, std::size_t sink) {
  level_.assign(first_.size(), kNone);
  level_[source] = 0;
  std::vector<std::uint32_t> queue{static_cast<std::uint32_t>(source)};
  for (std::size_t head = 0; head < queue.size(); ++head) {
    const std::uint32_t node = queue[head];
    for (std::uint32_t e = first_[node]; e != kNone; e = edges_[e].next) {
      if (edges_[e].left == 0 || level_[edges_[e].to] != kNone) continue;
      level_[edges_[e].to] = level_[node] + 1;
      queue.push_back(edges_[e].to);
    }
  }
  return level_[sink] != kNone;
}

// Walks level by level towards the sink; an edge that leads nowhere is not tried again in this phase.
std::int64_t MaxFlow::push_one_path(std::size_t source, std::size_t sink) {
  path_.clear();
  std::size_t node = source;
  while (node != sink) {
    std::uint32_t& e = current_[node];
    while (e != kNone && (edges_[e].left == 0 || level_[edges_[e].to] != level_[node] + 1))
      e = edges_[e].next;
    if (e != kNone) {
      path_.push_back(e);
      node = edges_[e].to;
      continue;
    }
    if (path_.empty()) return 0;
    node = edges_[path_.back() ^ 1U].to;
    path_.pop_back();
    current_[node] = edges_[current_[node]].next;
  }
  std::int64_t amount = std::numeric_limits<std::int64_t>::max();
  for (const std::uint32_t e : path_) amount = std::min(amount, edges_[e].left);
  for (const std::uint32_t e : path_) {
    edges_[e].left -= amount;
    edges_[e ^ 1U].left += amount;
  }
  return amount;
}

}  // namespace gleaner
