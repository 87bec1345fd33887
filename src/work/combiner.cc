#include "work/combiner.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/check.h"
#include "coding/kernels.h"
#include "work/chunk_task.h"

namespace gleaner {

Combiner::Combiner(std::shared_ptr<const Plan> plan, std::shared_ptr<const Code> code, std::size_t dimension,
                   std::size_t segment_floats)
    : plan_(std::move(plan)),
      code_(std::move(code)),
      layout_(SegmentLayout::of(dimension, plan_->blocks(), segment_floats)),
      gradient_(dimension, 0.0F),
      bytes_(plan_->workers(), 0) {}

void Combiner::begin(Stamp stamp) {
  stamp_ = stamp;
  paused_ = true;
  incoming_.clear();
  combined_ = 0;
  waiting_ = 0;
  std::fill(bytes_.begin(), bytes_.end(), std::uint64_t{0});
}

void Combiner::expect(const Expect& expect, std::vector<Outcome>& out) {
  paused_ = expect.vectors.empty();
  if (paused_) return;
  epoch_ = expect.selection->epoch;
  std::map<WorkerId, Incoming> wanted;
  for (const Expect::Vector& v : expect.vectors) {
    Incoming next;
    if (const auto old = incoming_.find(v.peer.worker);
        old != incoming_.end() && old->second.peer == v.peer && old->second.epoch == v.epoch) {
      next = std::move(old->second);
    }
    next.peer = v.peer;
    next.epoch = v.epoch;
    next.decode_row = code_->decode_row(*plan_, v.peer.worker, expect.selection->used);
    wanted.emplace(v.peer.worker, std::move(next));
  }
  incoming_ = std::move(wanted);
  waiting_ = 0;
  for (const auto& [worker, v] : incoming_) {
    for (const auto& [index, part] : v.parts) waiting_ += part.data.size();
  }
  combine(out);
}

void Combiner::forget(WorkerId worker) {
  const auto it = incoming_.find(worker);
  if (it == incoming_.end()) return;
  drop(it->second);
  incoming_.erase(it);
  paused_ = true;  // what is left does not decode by itself: the next Expect says what does
}

void Combiner::drop(Incoming& v) {
  for (const auto& [index, part] : v.parts) waiting_ -= part.data.size();
  v.parts.clear();
}

std::string Combiner::fault_of(const Incoming& v, const VectorSegment& part) const {
  if (part.index > layout_.count()) {
    return fmt::format("segment {} of a vector of {} segments", part.index, layout_.count());
  }
  if (part.data.size() != layout_.range(part.index).size()) {
    return fmt::format("segment {} has {} numbers, {} were expected", part.index, part.data.size(),
                       layout_.range(part.index).size());
  }
  // A vector may begin at any segment that was combined when it was asked for, and then has no gap.
  if (v.started ? part.index != v.next : part.index > combined_) {
    return fmt::format("segment {} came where segment {} was expected", part.index,
                       v.started ? v.next : combined_);
  }
  std::string bad = first_bad_number(part.data);
  return bad.empty() ? bad : fmt::format("segment {} has {}", part.index, bad);
}

void Combiner::deliver(VectorSegment part, std::vector<Outcome>& out) {
  if (part.peer.worker.index() < bytes_.size() && part.ticket.stamp == stamp_) {
    bytes_[part.peer.worker.index()] += part.data.size() * sizeof(float);
  }
  const auto it = incoming_.find(part.peer.worker);
  if (it == incoming_.end() || it->second.peer != part.peer ||
      part.ticket != Ticket{stamp_, it->second.epoch}) {
    return;  // stale
  }
  Incoming& v = it->second;
  if (v.started && v.next >= layout_.count()) return;  // it is whole: nothing more of it is wanted
  if (v.started && part.index < v.next) return;        // it is here already: a network may repeat itself
  if (std::string fault = fault_of(v, part); !fault.empty()) {
    out.push_back(VectorBad{part.peer, part.ticket, std::move(fault)});
    forget(part.peer.worker);
    return;
  }
  const Peer peer = part.peer;
  const Ticket ticket = part.ticket;
  v.started = true;
  v.next = part.index + 1;
  if (part.index >= combined_ && !part.data.empty()) {
    waiting_ += part.data.size();
    waiting_max_ = std::max(waiting_max_, waiting_);
    const std::uint32_t index = part.index;
    v.parts.emplace(index, std::move(part));
  }
  combine(out);  // first, so that the gradient is complete when the last vector is announced
  if (v.next >= layout_.count()) out.push_back(VectorIn{peer, ticket});
}

void Combiner::combine(std::vector<Outcome>& out) {
  if (paused_) return;
  const std::uint32_t before = combined_;
  std::vector<std::span<const float>> vectors;
  std::vector<double> rows;
  while (combined_ < layout_.count()) {
    vectors.clear();
    rows.clear();
    for (const auto& [worker, v] : incoming_) {
      const auto part = v.parts.find(combined_);
      if (part == v.parts.end()) break;
      vectors.emplace_back(part->second.data);
      rows.insert(rows.end(), v.decode_row.begin(), v.decode_row.end());
    }
    if (vectors.size() < incoming_.size()) break;
    decode_segment(vectors, rows, plan_->blocks(), layout_.range(combined_).first, gradient_);
    for (auto& [worker, v] : incoming_) {
      const auto part = v.parts.find(combined_);
      waiting_ -= part->second.data.size();
      v.parts.erase(part);
    }
    ++combined_;
  }
  if (combined_ > before) out.push_back(Combined{stamp_, combined_, epoch_});
}

}  // namespace gleaner
