// May a round end with less than it should have, and may a run be given up?
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "sim/disaster_checker.h"

namespace gleaner {
namespace {

std::size_t copies_of(const Plan& plan, ChunkId chunk, const UsedSlots& slots) {
  const auto holders = plan.assignment().holders_of(chunk);
  return static_cast<std::size_t>(std::count_if(holders.begin(), holders.end(), [&](const auto& h) {
    return slots[h.worker.index()].contains(h.slot);
  }));
}

bool is_complete(const Plan& plan, const UsedSlots& slots) {
  for (std::uint32_t i = 0; i < plan.chunks(); ++i) {
    if (copies_of(plan, ChunkId(i), slots) < plan.blocks()) return false;
  }
  return true;
}

bool is_nothing(const UsedSlots& slots) {
  return std::all_of(slots.begin(), slots.end(), [](const SlotSet& s) { return s.empty(); });
}

}  // namespace

// The largest residual that the rule of recovery lets a selection have now, whoever has been lost.
double DisasterChecker::allowed_residual() const {
  const Recovery& recovery = cluster_.spec.server.recovery;
  switch (recovery.kind) {
    case Recovery::Kind::exact: return 0;
    case Recovery::Kind::deadline: return now_ - began_ >= recovery.deadline ? 1 : 0;
    case Recovery::Kind::residual: return recovery.residual;
  }
  return 0;
}

// The recount: whether the workers on the roll could meet the rule if each of them did all that it can. A
// deadline is met by anything at all.
bool DisasterChecker::rule_can_be_met() const {
  const UsedSlots possible = roll_.possible();
  if (is_nothing(possible)) return false;
  const Recovery& recovery = cluster_.spec.server.recovery;
  if (recovery.kind == Recovery::Kind::deadline || is_complete(plan_, possible)) return true;
  if (recovery.kind == Recovery::Kind::exact) return false;
  return DecodeOperator(plan_, possible).relative_residual() <= recovery.residual;
}

// Needed where somebody must be waited for; it takes a look at everybody.
void DisasterChecker::look_at_hope() {
  if (cluster_.spec.server.when_unrecoverable != WhenUnrecoverable::wait) return;
  if (rule_can_be_met()) {
    hopeless_since_.reset();
  } else if (!hopeless_since_) {
    hopeless_since_ = now_;
  }
}

// A selection with more than the rule allows needs a leave: a deadline before its time, or `approximate`
// where the rule cannot be met any more. And then everything that can still come must be in it, chunk by
// chunk.
void DisasterChecker::check_shortfall() {
  constexpr double kRounding = 1e-9;
  const ServerOptions& options = cluster_.spec.server;
  const double allowed = allowed_residual();
  const double residual = operator_->relative_residual();
  if (residual <= allowed + kRounding) return;
  const bool deadline = options.recovery.kind == Recovery::Kind::deadline;
  const auto describe = [&] {
    return fmt::format("epoch {} of {} is selected with the residual {:.6g}, {:.6g} is allowed",
                       selection_->epoch.value, text(stamp_), residual, allowed);
  };
  if (!deadline && options.when_unrecoverable != WhenUnrecoverable::approximate) {
    return broken(Rule::residual, describe());
  }
  if (!deadline && rule_can_be_met()) {
    return broken(Rule::residual, describe() + ", and the live workers could still bring it down to that");
  }
  const UsedSlots possible = roll_.possible();
  for (std::uint32_t i = 0; i < plan_.chunks(); ++i) {
    const std::size_t got = copies_of(plan_, ChunkId(i), selection_->used);
    const std::size_t best = std::min(plan_.blocks(), copies_of(plan_, ChunkId(i), possible));
    if (got >= best || is_settled(ChunkId(i))) continue;
    return broken(Rule::residual, fmt::format("{}: chunk {} has {} of {} copies, and {} can still come",
                                              describe(), i, got, plan_.blocks(), best - got));
  }
}

// A vector of a dead worker that came in whole cannot be encoded again, so the users of its chunks stay as
// they are.
bool DisasterChecker::is_settled(ChunkId chunk) const {
  const auto holders = plan_.assignment().holders_of(chunk);
  return std::any_of(holders.begin(), holders.end(), [&](const auto& h) {
    const auto v = wanted_.find(h.worker);
    return selection_->used[h.worker.index()].contains(h.slot) && v != wanted_.end() &&
           !roll_.is_live(v->second.peer);
  });
}

void DisasterChecker::check_failure() {
  failed_ = true;
  const ServerOptions& options = cluster_.spec.server;
  const bool goes_on_with_less = options.when_unrecoverable == WhenUnrecoverable::approximate;
  const UsedSlots possible = roll_.possible();
  if (goes_on_with_less ? !is_nothing(possible) : rule_can_be_met()) {
    return broken(
        Rule::liveness,
        fmt::format("the server gives up although the live workers could bring the residual down to "
                    "{:.6g}",
                    DecodeOperator(plan_, possible).relative_residual()));
  }
  if (options.when_unrecoverable != WhenUnrecoverable::wait) return;
  const Duration waited = now_ - hopeless_since_.value_or(now_);
  if (waited < options.wait) {
    broken(Rule::liveness, fmt::format("the server gives up after {}, {} were to be waited",
                                       duration_text(waited), duration_text(options.wait)));
  }
}

}  // namespace gleaner
