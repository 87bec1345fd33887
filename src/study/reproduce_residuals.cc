#include "study/reproduce_residuals.h"

#include <cmath>
#include <iterator>
#include <mutex>
#include <optional>

#include <fmt/format.h>

#include "coding/least_squares.h"
#include "study/reproduce_times.h"
#include "study/trials.h"

namespace gleaner {
namespace {

constexpr std::size_t kDeadlines = std::size(kPaperDeadlines);

TrialsSpec spec_of(const ReproduceOptions& options, std::shared_ptr<const Plan> plan, std::uint64_t trials) {
  TrialsSpec spec;
  spec.cluster.code = code_for(plan->method());
  spec.cluster.plan = std::move(plan);
  spec.cluster.speeds = paper_speeds();
  spec.cluster.server.recovery.kind = Recovery::Kind::deadline;
  spec.cluster.server.when_unrecoverable = WhenUnrecoverable::approximate;
  spec.faults = lost_at_start(kPaperLost);
  spec.seed = options.seed;
  spec.trials = trials;
  spec.threads = options.threads;
  return spec;
}

// One thread's clusters, one for each deadline; made again where the order is.
class DeadlineBench {
 public:
  explicit DeadlineBench(const TrialsSpec& spec) : spec_(spec), clusters_(kDeadlines) {}

  // The residual norms of trial k. Errors: those of trial_of() and plan_of(); a round that did not end.
  Status run(std::uint64_t k, double* norms) {
    const Result<Trial> trial = trial_of(spec_, k);
    if (!trial) return trial.error();
    std::shared_ptr<const Plan> plan = spec_.cluster.plan;
    if (spec_.plan_of) {
      Result<std::shared_ptr<const Plan>> drawn = spec_.plan_of(trial.value().seed);
      if (!drawn) return drawn.error();
      plan = std::move(drawn).value();
    }
    for (std::size_t d = 0; d < kDeadlines; ++d) {
      if (spec_.plan_of || !clusters_[d]) clusters_[d].emplace(at_deadline(plan, kPaperDeadlines[d]));
      const TrialOutcome outcome = clusters_[d]->run(trial.value());
      if (!outcome.completed) return run_failed(fmt::format("a trial did not end: {}", outcome.reason));
      norms[d] = outcome.rounds.front().residual_norm;
      if (norms[d] == 0) return {};  // and so are all later ones
    }
    return {};
  }

 private:
  [[nodiscard]] ClusterSpec at_deadline(std::shared_ptr<const Plan> plan, unsigned deadline) const {
    ClusterSpec spec = spec_.cluster;
    spec.plan = std::move(plan);
    spec.server.recovery.deadline = std::chrono::seconds(deadline);
    return spec;
  }

  const TrialsSpec& spec_;
  std::vector<std::optional<Cluster>> clusters_;
};

void compare_row(const ReproduceOptions& options, ResidualRow& row) {
  if (!options.paper || !options.g1) return;
  // Residuals of partial recovery are 0 or at least 1.
  const double least = row.method == PaperMethod::original ? 0 : 1;
  if (const auto norm = options.paper->norm(row.method, row.blocks, row.deadline)) {
    row.norm_compared = compare(row.norm, *norm, least);
  }
  if (const auto square = options.paper->square(row.method, row.blocks, row.deadline)) {
    row.square_compared = compare(row.square, *square, least);
  }
}

// `norms`: kDeadlines numbers for every trial.
std::vector<ResidualRow> rows_of(PaperMethod method, std::size_t blocks, const std::vector<double>& norms) {
  std::vector<ResidualRow> rows;
  for (std::size_t d = 0; d < kDeadlines; ++d) {
    std::vector<double> norm;
    std::vector<double> square;
    for (std::size_t k = d; k < norms.size(); k += kDeadlines) {
      norm.push_back(norms[k]);
      square.push_back(norms[k] * norms[k]);
    }
    rows.push_back({method, blocks, kPaperDeadlines[d], estimate(norm), estimate(square), {}, {}});
  }
  return rows;
}

Result<std::vector<ResidualRow>> through_machines(const ReproduceOptions& options,
                                                  const Assignment& assignment, PaperMethod method,
                                                  std::size_t blocks, std::uint64_t trials,
                                                  ReproduceSteps& steps) {
  if (Status s = steps.begin("residuals at deadlines"); !s) return s.error();
  Result<Plan> made = paper_plan(assignment, method, blocks, options.seed);
  if (!made) return made.error();
  TrialsSpec spec = spec_of(options, std::make_shared<const Plan>(std::move(made).value()), trials);
  if (method == PaperMethod::random_order) spec.plan_of = random_orders(spec.cluster.plan);
  std::vector<double> norms(trials * kDeadlines, 0);
  std::mutex mutex;
  std::optional<Error> failed;
  std::uint64_t done = 0;
  const auto make = [&]() -> std::function<bool(std::uint64_t)> {
    return [&, bench = std::make_shared<DeadlineBench>(spec)](std::uint64_t k) {
      if (options.keep_going && !options.keep_going()) return false;
      const Status run = bench->run(k, &norms[k * kDeadlines]);
      const std::lock_guard lock(mutex);
      if (run) {
        if (options.trial_progress) options.trial_progress(++done, trials);
        return true;
      }
      if (!failed) failed = run.error();
      return false;
    };
  };
  (void)for_each_trial(trials, options.threads, make);
  if (failed) return *failed;
  if (Status s = steps.still_wanted(); !s) return s.error();
  return rows_of(method, blocks, norms);
}

// A_F of one trial, for the workers that finish everything by the deadline.
SparseColumns finished_by(const Assignment& a, const SpeedModel& speeds, const Trial& trial,
                          Duration deadline) {
  std::vector<char> lost(a.workers(), 0);
  for (const Fault& fault : trial.faults) lost[fault.worker.index()] = 1;
  SparseColumns columns;
  columns.rows = a.chunks();
  for (std::uint32_t j = 0; j < a.workers(); ++j) {
    const Duration chunk =
        speeds.chunk_time(trial.seed, trial.first_round, WorkerId(j), 0, trial.first_round);
    const auto load = static_cast<std::int64_t>(a.load(WorkerId(j)));
    if (lost[j] != 0 || chunk * load > deadline) continue;
    for (const ChunkId chunk_id : a.chunks_of(WorkerId(j))) columns.row_of.push_back(chunk_id.value);
    columns.begin.push_back(columns.row_of.size());
  }
  return columns;
}

}  // namespace

Result<std::vector<ResidualRow>> study_residuals(const ReproduceOptions& options,
                                                 const Assignment& assignment, std::uint64_t trials,
                                                 ReproduceSteps& steps) {
  std::vector<ResidualRow> all;
  for (const PaperMethod method : {PaperMethod::optimal_order, PaperMethod::random_order}) {
    for (std::size_t blocks = 1; blocks <= kPaperBlocks; ++blocks) {
      Result<std::vector<ResidualRow>> rows =
          through_machines(options, assignment, method, blocks, trials, steps);
      if (!rows) return rows.error();
      for (ResidualRow& row : rows.value()) {
        compare_row(options, row);
        all.push_back(std::move(row));
      }
    }
  }
  return all;
}

Result<std::vector<ResidualRow>> study_shipping_original(const ReproduceOptions& options,
                                                         const Assignment& assignment, std::uint64_t trials,
                                                         ReproduceSteps& steps) {
  return through_machines(options, assignment, PaperMethod::original, 1, trials, steps);
}

std::vector<ResidualRow> study_fixed_sums(const ReproduceOptions& options, const Assignment& assignment,
                                          std::uint64_t trials) {
  const auto plan =
      std::make_shared<const Plan>(paper_plan(assignment, PaperMethod::original, 1, options.seed).value());
  const TrialsSpec spec = spec_of(options, plan, trials);
  std::vector<double> norms(trials * kDeadlines, 0);
  const auto make = [&]() -> std::function<bool(std::uint64_t)> {
    return [&](std::uint64_t k) {
      const Trial trial = trial_of(spec, k).value();  // the faults are ours and fit
      for (std::size_t d = 0; d < kDeadlines; ++d) {
        const Duration deadline = std::chrono::seconds(kPaperDeadlines[d]);
        const SparseColumns a = finished_by(assignment, spec.cluster.speeds, trial, deadline);
        norms[k * kDeadlines + d] = std::sqrt(fit_ones(a).residual_squared);
      }
      return true;
    };
  };
  (void)for_each_trial(trials, options.threads, make);
  std::vector<ResidualRow> rows = rows_of(PaperMethod::original, 1, norms);
  for (ResidualRow& row : rows) compare_row(options, row);
  return rows;
}

}  // namespace gleaner
