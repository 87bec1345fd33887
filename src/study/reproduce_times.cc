#include "study/reproduce_times.h"

#include <iterator>

#include <fmt/format.h>

#include "coding/ordering.h"
#include "study/trials.h"

namespace gleaner {
namespace {

// One line of the tables before it is run.
TimeRow row_of(const ReproducedScheme& scheme, PaperMethod method, std::size_t blocks) {
  TimeRow row;
  row.scheme = scheme.name;
  row.scheme_key = scheme.key;
  row.method = method;
  row.blocks = blocks;
  row.lost = kPaperReplication - blocks;
  return row;
}

Result<Estimate> completion_time(const ReproduceOptions& options, const Assignment& assignment,
                                 const TimeRow& row, std::uint64_t trials) {
  Result<Plan> made = paper_plan(assignment, row.method, row.blocks, options.seed);
  if (!made) return made.error();
  TrialsSpec spec;
  spec.cluster.plan = std::make_shared<const Plan>(std::move(made).value());
  spec.cluster.code = code_for(spec.cluster.plan->method());
  spec.cluster.speeds = paper_speeds();
  spec.cluster.grid = row.grid;
  spec.faults = lost_at_start(row.lost);
  spec.seed = options.seed;
  spec.trials = trials;
  spec.threads = options.threads;
  if (row.method == PaperMethod::random_order) spec.plan_of = random_orders(spec.cluster.plan);
  spec.progress = options.trial_progress;
  spec.keep_going = options.keep_going;
  const Result<std::vector<TrialOutcome>> outcomes = run_trials(spec);
  if (!outcomes) return outcomes.error();
  std::vector<double> times;
  for (const TrialOutcome& outcome : outcomes.value()) {
    if (!outcome.completed) return run_failed(fmt::format("a trial did not end: {}", outcome.reason));
    times.push_back(seconds(outcome.rounds.front().signalled));
  }
  return estimate(times);
}

void compare_row(const ReproduceOptions& options, TimeRow& row) {
  if (!options.paper || row.grid != Grid::integer) return;
  if (row.scheme_key == "cyclic" && row.lost > 0) return;  // nobody was lost in the published runs
  if (const auto published = options.paper->time(row.scheme_key, row.method, row.blocks)) {
    row.compared = compare(row.time, *published);
  }
}

}  // namespace

Result<Plan> paper_plan(const Assignment& assignment, PaperMethod method, std::size_t blocks,
                        std::uint64_t seed) {
  const Method counts = method == PaperMethod::original ? Method::original : Method::partial;
  Frame frame =
      blocks == 1 ? Frame::ones(assignment.workers()) : Frame::gaussian(assignment.workers(), blocks, seed);
  return Plan::make(counts, assignment, Ordering::optimal(assignment), std::move(frame));
}

FaultModel lost_at_start(std::size_t workers) {
  if (workers == 0) return {};
  return FaultModel::parse(fmt::format("crash:count={},at=start", workers)).value();
}

SpeedModel paper_speeds() { return SpeedModel::parse("exponential:mean=1", TimeUnits::optional).value(); }

std::size_t count_times(std::size_t schemes) {
  return (schemes + 2) * std::size(kPaperMethods) * kPaperBlocks;  // cyclic and the last scheme come twice
}

Result<std::vector<TimeRow>> study_times(const ReproduceOptions& options,
                                         const std::vector<ReproducedScheme>& schemes, std::uint64_t trials,
                                         ReproduceSteps& steps) {
  std::vector<TimeRow> rows;
  const auto add = [&](const ReproducedScheme& scheme, bool losses, Grid grid) -> Status {
    for (const PaperMethod method : kPaperMethods) {
      for (std::size_t blocks = 1; blocks <= kPaperBlocks; ++blocks) {
        if (Status s = steps.begin(fmt::format("times on {}", scheme.name)); !s) return s;
        TimeRow row = row_of(scheme, method, blocks);
        if (!losses) row.lost = 0;
        row.grid = grid;
        const Result<Estimate> time = completion_time(options, scheme.assignment, row, trials);
        if (!time) return time.error();
        if (Status s = steps.still_wanted(); !s) return s;
        row.time = time.value();
        compare_row(options, row);
        rows.push_back(std::move(row));
      }
    }
    return {};
  };
  for (const ReproducedScheme& scheme : schemes) {
    if (scheme.key == "cyclic") {
      if (Status s = add(scheme, false, Grid::integer); !s) return s.error();
    }
    if (Status s = add(scheme, true, Grid::integer); !s) return s.error();
  }
  if (Status s = add(schemes.back(), true, Grid::none); !s) return s.error();
  return rows;
}

}  // namespace gleaner
