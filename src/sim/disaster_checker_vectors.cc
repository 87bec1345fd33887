// The checker's account of vectors: which are current, what has come in, what they add up to.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "sim/disaster_checker.h"

namespace gleaner {
namespace {

bool is_sound(const VectorSegment& part, const SegmentLayout& layout) {
  return part.index <= layout.count() && part.data.size() == layout.range(part.index).size() &&
         std::all_of(part.data.begin(), part.data.end(), [](float x) { return std::isfinite(x); });
}

bool leaves_a_chunk_unused(const Plan& plan, const UsedSlots& used) {
  for (std::size_t i = 0; i < plan.chunks(); ++i) {
    const auto holders = plan.assignment().holders_of(ChunkId(static_cast<std::uint32_t>(i)));
    if (std::none_of(holders.begin(), holders.end(),
                     [&](const auto& h) { return used[h.worker.index()].contains(h.slot); }))
      return true;
  }
  return false;
}

// Whether the coefficients of this worker are the same under both selections.
bool same_coefficients(const Plan& plan, WorkerId worker, const UsedSlots& a, const UsedSlots& b) {
  if (plan.method() == Method::original && plan.blocks() == 1 &&
      (leaves_a_chunk_unused(plan, a) || leaves_a_chunk_unused(plan, b))) {
    return a == b;
  }
  if (a[worker.index()] != b[worker.index()]) return false;
  bool same = true;
  a[worker.index()].for_each([&](Slot slot) {
    for (const auto& h : plan.assignment().holders_of(plan.assignment().chunk_at(worker, slot)))
      same = same && a[h.worker.index()].contains(h.slot) == b[h.worker.index()].contains(h.slot);
  });
  return same;
}

}  // namespace

void DisasterChecker::on_expect(const Expect& expect, std::uint32_t before, std::uint32_t after) {
  if (expect.vectors.empty()) {
    paused_ = true;
    return check_combined(before, after);
  }
  std::map<WorkerId, Wanted> wanted;
  for (const Expect::Vector& v : expect.vectors) {
    Wanted next{v.peer, v.epoch, {}, false, false};
    const auto old = wanted_.find(v.peer.worker);
    if (old != wanted_.end() && old->second.peer == v.peer && old->second.epoch == v.epoch)
      next = old->second;
    wanted.emplace(v.peer.worker, std::move(next));
  }
  paused_ = false;
  selection_ = expect.selection;
  announced_[selection_->epoch.value] = selection_;
  operator_ = std::make_shared<const DecodeOperator>(plan_, selection_->used);
  wanted_.swap(wanted);
  check_shortfall();
  check_vectors(expect, wanted);
  check_combined(before, after);
}

// `before`: the vectors of the Expect that this one replaces.
void DisasterChecker::check_vectors(const Expect& expect, const std::map<WorkerId, Wanted>& before) {
  const UsedSlots& used = selection_->used;
  for (std::size_t w = 0; w < used.size(); ++w) {
    const bool expected = wanted_.contains(WorkerId(static_cast<std::uint32_t>(w)));
    if (used[w].empty() != expected) continue;
    broken(Rule::vector, fmt::format("worker {} is {} but its vector is {}expected", w,
                                     used[w].empty() ? "not selected" : "selected", expected ? "" : "not "));
  }
  for (const Expect::Vector& v : expect.vectors) {
    const WorkerId w = v.peer.worker;
    if (!used[w.index()].is_subset_of(roll_.finished(v.peer, stamp_))) {
      broken(Rule::dead,
             fmt::format("slots {} of worker {} are selected, of which incarnation {} finished {}",
                         used[w.index()].text(), w.value, v.peer.life.value,
                         roll_.finished(v.peer, stamp_).text()));
    }
    const auto old = before.find(w);
    const bool was_whole = old != before.end() && old->second.peer == v.peer &&
                           old->second.epoch == v.epoch && old->second.whole;
    if (!roll_.is_live(v.peer) && !was_whole) {
      broken(Rule::dead,
             fmt::format("the vector of worker {} counts, but its incarnation {} was lost before the "
                         "whole of it had arrived",
                         w.value, v.peer.life.value));
    }
    check_old_vector(wanted_.at(w), *selection_);
  }
}

// A vector that is kept must have the coefficients that the selection gives it.
void DisasterChecker::check_old_vector(const Wanted& vector, const Selection& selection) {
  if (vector.epoch == selection.epoch) return;
  const auto then = announced_.find(vector.epoch.value);
  const bool same = then != announced_.end() &&
                    same_coefficients(plan_, vector.peer.worker, then->second->used, selection.used);
  if (same) return;
  broken(Rule::stale, fmt::format("the vector of worker {} of epoch {} is kept in epoch {}, where its "
                                  "coefficients are others",
                                  vector.peer.worker.value, vector.epoch.value, selection.epoch.value));
}

void DisasterChecker::on_forget(WorkerId worker) {
  wanted_.erase(worker);
  paused_ = true;
}

void DisasterChecker::on_delivery(const Delivery& d) {
  const VectorSegment& part = *d.part;
  if (Wanted* const v = wanted(part.peer, part.ticket); v != nullptr) {
    if (is_sound(part, layout_)) {
      v->sound.insert(part.index);
    } else {
      v->unsound = true;
    }
    return check_combined(d.combined_before, d.combined_after);
  }
  if (stale_seen_.emplace(part.peer.worker, part.peer.life, part.ticket).second) {
    ++counts_.stale_vectors;
    if (!roll_.is_live(part.peer)) ++counts_.dead_vectors;
  }
  if (d.answered || d.gradient_changed || d.combined_after != d.combined_before) {
    broken(Rule::stale,
           fmt::format("segment {} of a stale vector of worker {} ({} epoch {}) was used", part.index,
                       part.peer.worker.value, text(part.ticket.stamp), part.ticket.epoch.value));
  }
}

void DisasterChecker::on_segment(const VectorSegment& part, bool spoiled) {
  if (spoiled || is_sound(part, layout_)) return;
  broken(Rule::vector, fmt::format("worker {} sends segment {} of {} with a number that is none, or too few",
                                   part.peer.worker.value, part.index, text(part.ticket.stamp)));
}

void DisasterChecker::on_missing_gradients(Peer peer, const EncodeAndSend& what) {
  broken(Rule::vector,
         fmt::format("worker {} encodes slots {} in {} without having all their gradients", peer.worker.value,
                     what.selection->used[peer.worker.index()].text(), text(what.ticket.stamp)));
}

}  // namespace gleaner
