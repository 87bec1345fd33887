#include "study/reproduce.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "coding/ordering.h"
#include "study/reproduce_orders.h"
#include "study/reproduce_residuals.h"
#include "study/reproduce_stability.h"
#include "study/reproduce_times.h"

namespace gleaner {
namespace {

constexpr std::uint64_t kRecoveries = 500;  // of each row on stability

Result<std::vector<ReproducedScheme>> schemes_of(const ReproduceOptions& options) {
  Result<Assignment> cyclic = Assignment::cyclic(kPaperWorkers, kPaperWorkers, kPaperReplication);
  if (!cyclic) return cyclic.error();
  Result<Assignment> graph =
      Assignment::regular_graph(kPaperWorkers, kPaperWorkers, kPaperReplication, options.seed);
  if (!graph) return graph.error();
  std::vector<ReproducedScheme> schemes;
  schemes.push_back({"cyclic", "cyclic", std::move(cyclic).value()});
  schemes.push_back({"random graph", "random-graph", std::move(graph).value()});
  if (options.g1) schemes.push_back({"G1", "g1", *options.g1});
  return schemes;
}

template <class Each>
void each_compared(const Reproduction& r, Each&& each) {
  for (const TimeRow& row : r.times) each(row.compared);
  for (const ResidualRow& row : r.residuals) {
    each(row.norm_compared);
    each(row.square_compared);
  }
}

}  // namespace

namespace {
constexpr std::size_t kThreadsMax = 1024;
}

Status check(const ReproduceOptions& options) {
  if (options.trials && *options.trials < 2) {
    return bad_input(fmt::format("--trials {} has no standard error", *options.trials), "give at least 2");
  }
  if (options.trials && *options.trials > 1'000'000) {
    return bad_input(fmt::format("--trials {} would take days", *options.trials), "give at most 1000000");
  }
  if (options.threads > kThreadsMax) {
    return bad_input(fmt::format("--threads {} is more than {}", options.threads, kThreadsMax),
                     "give less, or 0 for all cores");
  }
  if (!options.g1) return {};
  const Assignment& g1 = *options.g1;
  if (is_regular(g1) && g1.workers() == kPaperWorkers && g1.load_max() == kPaperReplication) return {};
  return bad_input(fmt::format("the assignment G1 beside --reference has {} chunks on {} workers; the "
                               "paper's has {} on {}, {} chunks on each",
                               g1.chunks(), g1.workers(), kPaperWorkers, kPaperWorkers, kPaperReplication),
                   "use the assignment-g1.csv of the project");
}

Result<Reproduction> reproduce(const ReproduceOptions& options) {
  if (Status s = check(options); !s) return s.error();
  const Result<std::vector<ReproducedScheme>> made = schemes_of(options);
  if (!made) return made.error();
  const std::vector<ReproducedScheme>& all = made.value();
  // Cyclic and the paper's graph, or ours in its place.
  const std::vector<ReproducedScheme> two{all.front(), all.back()};

  Reproduction r;
  r.seed = options.seed;
  r.has_g1 = options.g1.has_value();
  r.has_paper = options.paper.has_value();
  r.residual_scheme = two.back().name;
  r.time_trials = options.trials.value_or(kPaperTrials);
  r.residual_trials = options.trials.value_or(kPaperApproximateTrials);
  ReproduceSteps steps(options, count_times(all.size()) + kResidualSteps + 2);
  Result<std::vector<TimeRow>> times = study_times(options, all, r.time_trials, steps);
  if (!times) return times.error();
  r.times = std::move(times).value();

  if (Status s = steps.begin("residuals at deadlines"); !s) return s.error();
  const Assignment& graph = two.back().assignment;
  r.residuals = study_fixed_sums(options, graph, r.residual_trials);
  Result<std::vector<ResidualRow>> partial = study_residuals(options, graph, r.residual_trials, steps);
  if (!partial) return partial.error();
  std::move(partial.value().begin(), partial.value().end(), std::back_inserter(r.residuals));
  Result<std::vector<ResidualRow>> original =
      study_shipping_original(options, graph, r.residual_trials, steps);
  if (!original) return original.error();
  r.shipping_original = std::move(original).value();

  if (Status s = steps.begin("orders and stability"); !s) return s.error();
  r.orders = study_orders(two, options.seed);
  const std::size_t recoveries = std::min(kRecoveries, options.trials.value_or(kRecoveries));
  r.stability = study_stability(two, recoveries, options.seed, options.threads);
  std::vector<double> plain = plain_sum_errors(kPaperWorkers, 4, recoveries, options.seed);
  r.plain_sum_p99 = quantile(plain, 0.99);
  return r;
}

Agreement agreement_of(const Reproduction& reproduction) {
  Agreement found;
  each_compared(reproduction, [&](const std::optional<Compared>& compared) {
    if (!compared) return;
    const double distance = std::fabs(compared->deviation);
    ++found.rows;
    if (!(distance <= kDeviationMax)) ++found.beyond;
    found.worst = std::max(found.worst, distance);
  });
  return found;
}

}  // namespace gleaner
