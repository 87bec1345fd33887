#include "study/behind.h"

#include <algorithm>
#include <cmath>

namespace gleaner {
namespace {

bool delays_know_no_traffic(const NetworkModel& model) {
  NetworkModel latency_only;
  latency_only.latency = model.latency;
  latency_only.resend = model.resend;
  return model == latency_only;
}

// Whom a loss hits is for the seed to say, but never when.
bool nobody_lost_after_a_report(const TrialsSpec& spec) {
  if (spec.faults.none()) return true;
  const std::uint64_t rounds = spec.cluster.rounds;
  const auto server = spec.faults.server_schedule(0, rounds);
  const auto workers = spec.faults.schedule(0, spec.cluster.plan->workers(), rounds);
  if (!server || !workers || !server.value().empty()) return false;
  return std::ranges::all_of(workers.value(), [](const Fault& fault) {
    return fault.kind == FaultKind::crash && fault.at == FaultMoment::start && !fault.back_after;
  });
}

bool same_rule(const Recovery& a, const Recovery& b) {
  return a.kind == b.kind && a.deadline == b.deadline && a.residual == b.residual;
}

// What the plans are is for the caller to compare.
bool same_world(const TrialsSpec& a, const TrialsSpec& b) {
  return a.seed == b.seed && a.cluster.rounds == b.cluster.rounds && a.cluster.grid == b.cluster.grid &&
         same_rule(a.cluster.server.recovery, b.cluster.server.recovery);
}

bool paths_compare(const TrialsSpec& spec) {
  return delays_know_no_traffic(spec.cluster.network) && nobody_lost_after_a_report(spec);
}

Policy policy_of(const TrialsSpec& spec) {
  return gleaner::policy_of(spec.cluster.plan->method(), spec.cluster.server.policy);
}

std::uint64_t count_behind(const TrialsSpec& spec, const StudySummary& mine, const StudySummary& other) {
  // Where much is heard at one time, the first of it that will do may be less than the first of the other.
  const bool only_time =
      spec.cluster.server.recovery.kind == Recovery::Kind::residual || spec.cluster.grid != Grid::none;
  const std::size_t count = std::min(mine.seconds.size(), other.seconds.size());
  std::uint64_t behind = 0;
  for (std::size_t k = 0; k < count; ++k) {
    if (std::isnan(other.seconds[k])) continue;  // it failed
    const bool more_missing =
        !only_time && mine.seconds[k] == other.seconds[k] && mine.residuals[k] > other.residuals[k];
    if (!(mine.seconds[k] <= other.seconds[k]) || more_missing) ++behind;
  }
  return behind;
}

}  // namespace

std::optional<std::uint64_t> behind_original(const TrialsSpec& partial, const StudySummary& of_partial,
                                             const TrialsSpec& original, const StudySummary& of_original) {
  const Plan& p = *partial.cluster.plan;
  const Plan& q = *original.cluster.plan;
  const bool comparable = p.method() == Method::partial && q.method() == Method::original &&
                          policy_of(partial) != Policy::replan && p.blocks() == q.blocks() &&
                          p.assignment() == q.assignment() && same_world(partial, original) &&
                          paths_compare(partial);
  if (!comparable) return std::nullopt;
  return count_behind(partial, of_partial, of_original);
}

bool is_never_behind_static(const TrialsSpec& skip) {
  return policy_of(skip) == Policy::skip && paths_compare(skip);
}

std::optional<std::uint64_t> behind_static(const TrialsSpec& skip, const StudySummary& of_skip,
                                           const TrialsSpec& fixed, const StudySummary& of_fixed) {
  const Plan& p = *skip.cluster.plan;
  const Plan& q = *fixed.cluster.plan;
  // Orders drawn anew for each trial follow from its seed and the plan.
  const bool same_plans = p.method() == q.method() && p.blocks() == q.blocks() &&
                          p.assignment() == q.assignment() && p.ordering() == q.ordering() &&
                          static_cast<bool>(skip.plan_of) == static_cast<bool>(fixed.plan_of);
  const bool comparable = is_never_behind_static(skip) && policy_of(fixed) == Policy::fixed && same_plans &&
                          same_world(skip, fixed);
  if (!comparable) return std::nullopt;
  return count_behind(skip, of_skip, of_fixed);
}

}  // namespace gleaner
