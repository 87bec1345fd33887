#include "study/dominance.h"

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

bool is_comparable(const TrialsSpec& a, const TrialsSpec& b) {
  const Plan& p = *a.cluster.plan;
  const Plan& q = *b.cluster.plan;
  return p.method() == Method::partial && q.method() == Method::original && a.seed == b.seed &&
         p.blocks() == q.blocks() && p.assignment() == q.assignment() &&
         a.cluster.rounds == b.cluster.rounds &&
         same_rule(a.cluster.server.recovery, b.cluster.server.recovery) &&
         delays_know_no_traffic(a.cluster.network) && nobody_lost_after_a_report(a);
}

}  // namespace

std::optional<std::uint64_t> dominance_violations(const TrialsSpec& partial, const StudySummary& of_partial,
                                                  const TrialsSpec& original,
                                                  const StudySummary& of_original) {
  if (!is_comparable(partial, original)) return std::nullopt;
  // Where much is heard at one time, the first of it that will do may be less than the first of the other.
  const bool only_time =
      partial.cluster.server.recovery.kind == Recovery::Kind::residual || partial.cluster.grid != Grid::none;
  const std::size_t count = std::min(of_partial.seconds.size(), of_original.seconds.size());
  std::uint64_t violations = 0;
  for (std::size_t k = 0; k < count; ++k) {
    const double mine = of_partial.seconds[k];
    const double other = of_original.seconds[k];
    if (std::isnan(other)) continue;  // original failed
    const bool more_missing =
        !only_time && mine == other && of_partial.residuals[k] > of_original.residuals[k];
    if (!(mine <= other) || more_missing) ++violations;
  }
  return violations;
}

}  // namespace gleaner
