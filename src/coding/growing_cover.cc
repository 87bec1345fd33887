#include "coding/growing_cover.h"

#include "base/check.h"

namespace gleaner {

GrowingCover::GrowingCover(const Assignment& assignment, std::size_t blocks)
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
  restart();
}

void GrowingCover::restart() {
  missing_ = assignment_.chunks() * blocks_;
  steps_ = 0;
  use_.assign(edge_chunk_.size(), Use::no);
  copies_.assign(assignment_.chunks(), 0);
  next_short_.assign(edge_begin_.begin(), edge_begin_.end() - 1);
  closed_worker_.assign(assignment_.workers(), 0);
  closed_chunk_.assign(assignment_.chunks(), 0);
  seen_worker_.assign(assignment_.workers(), 0);
}

void GrowingCover::add_done(WorkerId worker, const SlotSet& slots) {
  slots.for_each([&](Slot s) {
    const std::uint32_t e = edge_begin_[worker.index()] + s.value;
    use_[e] = Use::never;
    add_copy(edge_chunk_[e]);
  });
}

void GrowingCover::forbid(WorkerId worker, const SlotSet& slots) {
  slots.for_each([&](Slot s) { use_[edge_begin_[worker.index()] + s.value] = Use::never; });
}

void GrowingCover::add_copy(std::uint32_t chunk) {
  if (copies_[chunk]++ < blocks_) --missing_;
}

SlotSet GrowingCover::chunks_of(WorkerId worker) const {
  SlotSet dealt;
  for (std::uint32_t e = edge_begin_[worker.index()]; e < edge_begin_[worker.index() + 1]; ++e) {
    if (use_[e] == Use::yes) dealt.insert(Slot(e - edge_begin_[worker.index()]));
  }
  return dealt;
}

bool GrowingCover::grow(WorkerId worker, Slot slot) {
  const std::uint32_t e = edge_begin_[worker.index()] + slot.value;
  if (use_[e] != Use::no || copies_[edge_chunk_[e]] >= blocks_) return false;
  use_[e] = Use::yes;
  add_copy(edge_chunk_[e]);
  return true;
}

// One more chunk for `worker`, if that brings the cover forward; else all that was looked at is closed.
bool GrowingCover::grow(WorkerId worker) {
  seen_workers_.clear();
  seen_chunks_.clear();
  const bool found = closed_worker_[worker.index()] == 0 && reaches_short_chunk(worker.value);
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
bool GrowingCover::reaches_short_chunk(std::uint32_t worker) {
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
      ++steps_;
      if (use_[e] != Use::no || closed_chunk_[chunk] != 0) continue;
      closed_chunk_[chunk] = 1;
      seen_chunks_.push_back(chunk);
      into_edge_[chunk] = e;
      for (std::uint32_t at = chunk_edge_begin_[chunk]; at < chunk_edge_begin_[chunk + 1]; ++at) {
        const std::uint32_t other = chunk_edges_[at];
        const std::uint32_t holder = edge_worker_[other];
        ++steps_;
        if (use_[other] != Use::yes || seen_worker_[holder] != 0 || closed_worker_[holder] != 0) continue;
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
std::uint32_t GrowingCover::short_chunk_of(std::uint32_t worker) {
  for (std::uint32_t& e = next_short_[worker]; e < edge_begin_[worker + 1]; ++e) {
    ++steps_;
    if (use_[e] == Use::no && copies_[edge_chunk_[e]] < blocks_) return e;
  }
  return kNone;
}

// From the end of the path: the last chunk gains a copy, and every worker on the way takes one chunk for
// another.
void GrowingCover::turn_path(std::uint32_t worker, std::uint32_t last_edge) {
  add_copy(edge_chunk_[last_edge]);
  for (std::uint32_t e = last_edge;;) {
    use_[e] = Use::yes;
    const std::uint32_t j = edge_worker_[e];
    if (j == worker) return;
    use_[from_edge_[j]] = Use::no;
    e = into_edge_[edge_chunk_[from_edge_[j]]];
  }
}

}  // namespace gleaner
