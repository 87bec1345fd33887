#include "study/behind.h"

#include <algorithm>
#include <vector>

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
  return a.seed == b.seed && a.trials == b.trials && a.cluster.rounds == b.cluster.rounds &&
         a.cluster.grid == b.cluster.grid && same_rule(a.cluster.server.recovery, b.cluster.server.recovery);
}

bool paths_compare(const TrialsSpec& spec) {
  return delays_know_no_traffic(spec.cluster.network) && nobody_lost_after_a_report(spec);
}

Policy policy_of(const TrialsSpec& spec) {
  return gleaner::policy_of(spec.cluster.plan->method(), spec.cluster.server.policy);
}

double residual_of(const StudyRounds& rounds, std::uint64_t index) {
  return rounds.residuals.empty() ? 0 : rounds.residuals[index];
}

std::uint64_t count_behind(const TrialsSpec& spec, const StudyRounds& mine, const StudyRounds& other) {
  // Where much is heard at one time, the first of it that will do may be less than the first of the other.
  const bool only_time =
      spec.cluster.server.recovery.kind == Recovery::Kind::residual || spec.cluster.grid != Grid::none;
  const std::size_t trials = std::min(mine.ends.size(), other.ends.size());
  std::uint64_t behind = 0;
  std::uint64_t i = 0;
  std::uint64_t j = 0;
  for (std::size_t k = 0; k < trials; ++k) {
    for (; j < other.ends[k]; ++i, ++j) {
      if (i >= mine.ends[k]) {  // it ended before this round
        behind += other.ends[k] - j;
        break;
      }
      const bool more_missing =
          !only_time && mine.took[i] == other.took[j] && residual_of(mine, i) > residual_of(other, j);
      if (mine.took[i] > other.took[j] || more_missing) ++behind;
    }
    i = mine.ends[k];
    j = other.ends[k];
  }
  return behind;
}

}  // namespace

std::optional<std::uint64_t> behind_original(const TrialsSpec& partial, const StudyRounds& of_partial,
                                             const TrialsSpec& original, const StudyRounds& of_original) {
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
  return policy_of(skip) == Policy::skip && !skip.cluster.server.learn_orders && paths_compare(skip);
}

std::optional<std::uint64_t> behind_static(const TrialsSpec& skip, const StudyRounds& of_skip,
                                           const TrialsSpec& fixed, const StudyRounds& of_fixed) {
  const Plan& p = *skip.cluster.plan;
  const Plan& q = *fixed.cluster.plan;
  // Orders drawn anew for each trial follow from its seed and the plan.
  const bool same_plans = p.method() == q.method() && p.blocks() == q.blocks() &&
                          p.assignment() == q.assignment() && p.ordering() == q.ordering() &&
                          static_cast<bool>(skip.plan_of) == static_cast<bool>(fixed.plan_of);
  const bool comparable = is_never_behind_static(skip) && policy_of(fixed) == Policy::fixed &&
                          !fixed.cluster.server.learn_orders && same_plans && same_world(skip, fixed);
  if (!comparable) return std::nullopt;
  return count_behind(skip, of_skip, of_fixed);
}

Result<std::optional<std::uint64_t>> behind_unseen_static(const TrialsSpec& skip,
                                                          const StudyRounds& of_skip) {
  if (!is_never_behind_static(skip)) return std::optional<std::uint64_t>();
  TrialsSpec fixed = skip;
  fixed.cluster.server.policy = Policy::fixed;
  fixed.cluster.server.margin = 0;
  fixed.ledger = nullptr;
  const Result<std::vector<TrialOutcome>> outcomes = run_trials(fixed);
  if (!outcomes) return outcomes.error();
  return behind_static(skip, of_skip, fixed, rounds_of(outcomes.value()));
}

}  // namespace gleaner
