#include "coding/clairvoyant.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "base/check.h"

namespace gleaner {
namespace {

constexpr double kNever = std::numeric_limits<double>::infinity();

}  // namespace

Clairvoyant::Clairvoyant(const Assignment& assignment, std::size_t blocks)
    : assignment_(assignment), blocks_(blocks) {
  GLEANER_CHECK(blocks >= 1, "a gradient of at least one block");
  std::vector<std::uint32_t> fill(assignment.chunks() + 1, 0);
  for (std::uint32_t i = 0; i < assignment.chunks(); ++i) {
    fill[i + 1] = fill[i] + static_cast<std::uint32_t>(assignment.replication(ChunkId(i)));
  }
  chunk_edge_begin_ = fill;
  chunk_edges_.resize(assignment.copies());
  edge_begin_.push_back(0);
  for (std::uint32_t j = 0; j < assignment.workers(); ++j) {
    for (const ChunkId chunk : assignment.chunks_of(WorkerId(j))) {
      chunk_edges_[fill[chunk.index()]++] = static_cast<std::uint32_t>(edge_chunk_.size());
      edge_chunk_.push_back(chunk.value);
      edge_worker_.push_back(j);
    }
    edge_begin_.push_back(static_cast<std::uint32_t>(edge_chunk_.size()));
  }
  from_edge_.resize(assignment.workers());
  into_edge_.resize(assignment.chunks());
}

ClairvoyantBounds Clairvoyant::bounds(std::span<const double> chunk_times) {
  GLEANER_CHECK(chunk_times.size() == assignment_.workers(), "one chunk time for every worker");
  all_moments_.clear();
  for (std::uint32_t j = 0; j < chunk_times.size(); ++j) {
    GLEANER_CHECK(chunk_times[j] > 0, "chunk times above 0");
    if (std::isinf(chunk_times[j])) continue;
    for (std::size_t k = 1; k <= assignment_.load(WorkerId(j)); ++k) {
      all_moments_.push_back(static_cast<double>(k) * chunk_times[j]);
    }
  }
  const std::size_t wanted = assignment_.chunks() * blocks_;
  if (all_moments_.size() < wanted) return {kNever, kNever};
  const auto last = all_moments_.begin() + static_cast<std::ptrdiff_t>(wanted) - 1;
  std::nth_element(all_moments_.begin(), last, all_moments_.end());
  return {*last, placed(chunk_times)};
}

void Clairvoyant::forget_everything() {
  used_.assign(edge_chunk_.size(), 0);
  copies_.assign(assignment_.chunks(), 0);
  next_short_.assign(edge_begin_.begin(), edge_begin_.end() - 1);
  closed_worker_.assign(assignment_.workers(), 0);
  closed_chunk_.assign(assignment_.chunks(), 0);
  seen_worker_.assign(assignment_.workers(), 0);
  done_.assign(assignment_.workers(), 0);
  moments_.clear();
}

double Clairvoyant::placed(std::span<const double> chunk_times) {
  forget_everything();
  for (std::uint32_t j = 0; j < chunk_times.size(); ++j) {
    if (assignment_.load(WorkerId(j)) > 0 && !std::isinf(chunk_times[j])) {
      moments_.emplace_back(chunk_times[j], j);
    }
  }
  std::make_heap(moments_.begin(), moments_.end(), std::greater<>());
  std::size_t missing = assignment_.chunks() * blocks_;
  while (!moments_.empty()) {
    std::pop_heap(moments_.begin(), moments_.end(), std::greater<>());
    const auto [moment, j] = moments_.back();
    moments_.pop_back();
    if (!grows_by(j)) continue;
    if (--missing == 0) return moment;
    if (++done_[j] == assignment_.load(WorkerId(j))) continue;
    moments_.emplace_back((done_[j] + 1) * chunk_times[j], j);
    std::push_heap(moments_.begin(), moments_.end(), std::greater<>());
  }
  return kNever;
}

// One more chunk for `worker`, if that brings the plan forward; else all that was looked at is closed.
bool Clairvoyant::grows_by(std::uint32_t worker) {
  seen_workers_.clear();
  seen_chunks_.clear();
  const bool found = !closed_worker_[worker] && reaches_short_chunk(worker);
  for (const std::uint32_t j : seen_workers_) {
    seen_worker_[j] = 0;
    if (!found) closed_worker_[j] = 1;
  }
  if (found) {  // chunks are marked as closed while they are searched, so that none is seen twice
    for (const std::uint32_t i : seen_chunks_) closed_chunk_[i] = 0;
  }
  return found;
}

// Breadth first: worker -> a chunk that it does not do -> a worker that does it and could do another instead.
bool Clairvoyant::reaches_short_chunk(std::uint32_t worker) {
  seen_workers_.push_back(worker);
  seen_worker_[worker] = 1;
  for (std::size_t head = 0; head < seen_workers_.size(); ++head) {
    const std::uint32_t j = seen_workers_[head];
    if (const std::uint32_t last = short_chunk_of(j); last != kNone) {
      turn_path(worker, last);
      return true;
    }
    for (std::uint32_t e = edge_begin_[j]; e < edge_begin_[j + 1]; ++e) {
      const std::uint32_t chunk = edge_chunk_[e];
      if (used_[e] != 0 || closed_chunk_[chunk] != 0) continue;
      closed_chunk_[chunk] = 1;
      seen_chunks_.push_back(chunk);
      into_edge_[chunk] = e;
      for (std::uint32_t at = chunk_edge_begin_[chunk]; at < chunk_edge_begin_[chunk + 1]; ++at) {
        const std::uint32_t other = chunk_edges_[at];
        const std::uint32_t holder = edge_worker_[other];
        if (used_[other] == 0 || seen_worker_[holder] != 0 || closed_worker_[holder] != 0) continue;
        seen_worker_[holder] = 1;
        from_edge_[holder] = other;
        seen_workers_.push_back(holder);
      }
    }
  }
  return false;
}

// An unused edge to a chunk that is short of copies. One that was full stays full, and a chunk is not given
// away before it is full: what has been passed need not be looked at again.
std::uint32_t Clairvoyant::short_chunk_of(std::uint32_t worker) {
  for (std::uint32_t& e = next_short_[worker]; e < edge_begin_[worker + 1]; ++e) {
    if (used_[e] == 0 && copies_[edge_chunk_[e]] < blocks_) return e;
  }
  return kNone;
}

// From the end of the path: the last chunk gains a copy, and every worker on the way takes one chunk for
// another.
void Clairvoyant::turn_path(std::uint32_t worker, std::uint32_t last_edge) {
  ++copies_[edge_chunk_[last_edge]];
  for (std::uint32_t e = last_edge;;) {
    used_[e] = 1;
    const std::uint32_t j = edge_worker_[e];
    if (j == worker) return;
    used_[from_edge_[j]] = 0;
    e = into_edge_[edge_chunk_[from_edge_[j]]];
  }
}

}  // namespace gleaner
