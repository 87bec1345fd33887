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
    Wanted next{v.peer, v.epoch, {}, false};
    const auto old = wanted_.find(v.peer.worker);
    if (old != wanted_.end() && old->second.peer == v.peer && old->second.epoch == v.epoch)
      next = old->second;
    wanted.emplace(v.peer.worker, std::move(next));
  }
  paused_ = false;
  selection_ = expect.selection;
  announced_[selection_->epoch.value] = selection_;
  operator_ = std::make_shared<const DecodeOperator>(plan_, selection_->used);
  residual_ = std::max(residual_, operator_->relative_residual());
  wanted_.swap(wanted);
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
  const auto v = wanted_.find(part.peer.worker);
  const bool current =
      v != wanted_.end() && v->second.peer == part.peer && ticket_of(v->second) == part.ticket;
  if (current) {
    if (is_sound(part, layout_)) v->second.sound.insert(part.index);
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

void DisasterChecker::on_missing_gradients(Peer peer, const EncodeAndSend& what) {
  broken(Rule::vector,
         fmt::format("worker {} encodes slots {} in {} without having all their gradients", peer.worker.value,
                     what.selection->used[peer.worker.index()].text(), text(what.ticket.stamp)));
}

void DisasterChecker::check_combined(std::uint32_t before, std::uint32_t after) {
  if (after > before && paused_) {
    broken(Rule::vector, fmt::format("segment {} is combined while the selection is being mended", before));
  }
  combined_ = after;
  for (std::uint32_t s = before; s < std::min(after, layout_.count()); ++s) {
    combined_under_[s] = operator_;
    for (const auto& [worker, v] : wanted_) {
      if (v.sound.contains(s)) continue;
      broken(Rule::vector,
             fmt::format("segment {} is combined without a sound one from worker {} of epoch {}", s,
                         worker.value, v.epoch.value));
    }
  }
}

void DisasterChecker::check_residual(const Commit& commit) {
  constexpr double kRounding = 1e-7;
  if (!(std::abs(commit.residual - residual_) <= kRounding)) {
    broken(Rule::residual, fmt::format("{} announces the residual {:.9g}, its selections have {:.9g}",
                                       text(commit.stamp), commit.residual, residual_));
  }
  if (commit.residual != 0 && residual_ == 0) {
    broken(Rule::residual,
           fmt::format("{} is exact and announces the residual {:.3g}", text(commit.stamp), commit.residual));
  }
  const ServerOptions& options = cluster_.spec.server;
  if (options.when_unrecoverable == WhenUnrecoverable::approximate) return;
  const bool exact = options.recovery.kind == Recovery::Kind::exact;
  if (!exact && options.recovery.kind != Recovery::Kind::residual) return;
  const double allowed = exact ? 0 : options.recovery.residual;
  if (!(residual_ <= allowed + kRounding)) {
    broken(Rule::residual, fmt::format("{} is committed with the residual {:.6g}, {:.6g} is allowed",
                                       text(commit.stamp), residual_, allowed));
  }
}

double DisasterChecker::tolerance() const {
  const auto l = static_cast<double>(plan_.blocks());
  const auto n = static_cast<double>(plan_.chunks());
  // The weights of a fit of whole vectors are no coefficients of a frame; they are small, and few of them
  // large.
  const double condition = plan_.method() == Method::original && plan_.blocks() == 1
                               ? 16 * static_cast<double>(plan_.assignment().load_max())
                               : cluster_.condition;
  return 2 * 0x1p-24 * 2 * n * (1 + 2 * l * std::sqrt(l) * condition);
}

void DisasterChecker::check_gradient(std::span<const float> gradient) {
  const std::size_t d = gradient.size();
  const std::size_t l = plan_.blocks();
  const std::size_t block = block_length(d, l);
  const std::vector<double> truth = model_.gradients(parameters_);
  const double allowed = tolerance();
  for (std::size_t at = 0; at < d; ++at) {
    const std::size_t k = at / block;
    const std::size_t t = at % block;
    const DecodeOperator& decode = *combined_under_[t / layout_.segment_floats];
    double wanted = 0;
    for (std::size_t i = 0; i < plan_.chunks(); ++i) {
      for (std::size_t q = 0; q < l && q * block + t < d; ++q)
        wanted += decode.at(i, k, q) * truth[i * d + q * block + t];
    }
    const double found = static_cast<double>(gradient[at]);
    if (std::abs(found - wanted) <= allowed) continue;
    return broken(
        Rule::gradient,
        fmt::format("coordinate {} of the gradient of {} is {:.9g}, {} gives {:.9g} (tolerance {:.2g})", at,
                    text(stamp_), found,
                    decode.residual_squared() == 0 ? "the sum over all chunks" : "its selection", wanted,
                    allowed));
  }
}

}  // namespace gleaner
