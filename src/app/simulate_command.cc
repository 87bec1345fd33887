#include "app/simulate_command.h"

#include <cmath>
#include <deque>
#include <vector>

#include <fmt/format.h>

#include "app/disasters_command.h"
#include "app/exit_code.h"
#include "app/interrupt.h"
#include "app/output_files.h"
#include "app/say.h"
#include "app/simulate_report.h"
#include "app/simulate_rows.h"
#include "app/study_progress.h"
#include "app/study_start.h"
#include "study/behind.h"
#include "study/bounds.h"
#include "training/atomic_file.h"

namespace gleaner {
namespace {

using Bounds = std::vector<ClairvoyantBounds>;

// Rows that differ in order or recovery have the same bounds.
class BoundsOfRows {
 public:
  Result<const Bounds*> of(const SimulateRow& row) {
    const Plan& plan = *row.study.cluster.plan;
    for (const auto& [known, bounds] : known_) {
      if (known->blocks() == plan.blocks() && known->assignment() == plan.assignment()) return &bounds;
    }
    Result<Bounds> bounds = run_bounds(row.study);
    if (!bounds) return bounds.error();
    known_.emplace_back(row.study.cluster.plan, std::move(bounds).value());
    return &known_.back().second;
  }

 private:
  std::deque<std::pair<std::shared_ptr<const Plan>, Bounds>> known_;
};

RowBounds row_bounds(const SimulateRow& row, const StudySummary& summary, const Bounds& bounds) {
  std::vector<double> free;
  std::vector<double> placed;
  std::vector<double> paired;  // unknown where no time is enough
  const std::size_t count = std::min(bounds.size(), summary.seconds.size());
  for (std::size_t k = 0; k < count; ++k) {
    const bool finite = std::isfinite(bounds[k].placed);
    paired.push_back(finite ? bounds[k].placed : kUnknown);
    if (!finite) continue;
    free.push_back(bounds[k].free);
    placed.push_back(bounds[k].placed);
  }
  RowBounds found{estimate(free), estimate(placed), {}};
  if (row.study.cluster.server.recovery.kind == Recovery::Kind::exact) {
    found.time_to_placed = paired_ratio(std::span(summary.seconds).first(count), paired);
  }
  return found;
}

Ratio ratio_to(const StudySummary& first, const StudySummary& other) {
  const std::size_t count = std::min(first.seconds.size(), other.seconds.size());
  return paired_ratio(std::span(other.seconds).first(count), std::span(first.seconds).first(count));
}

Result<SimulateResult> run_row(const SimulateRow& row, const SimulateOptions& options, BoundsOfRows& bounds,
                               bool alone) {
  StudyLedger ledger;
  TrialsSpec study = row.study;
  if (options.ledger) study.ledger = &ledger;
  const Result<std::vector<TrialOutcome>> outcomes = run_trials(study);
  if (!outcomes) return outcomes.error();
  SimulateResult result{row, summarise(outcomes.value()), {}, {}, {}, {}, {}, {}};
  // Ten million rounds are much to keep where nothing will be compared with them.
  if (!alone || is_never_behind_static(study)) result.rounds = rounds_of(outcomes.value());
  if (options.ledger) result.ledger = std::move(ledger);
  if (!options.bounds) return result;
  const Result<const Bounds*> found = bounds.of(row);
  if (!found) return found.error();
  result.bounds = row_bounds(row, result.summary, *found.value());
  return result;
}

// Of every row beside those that it can be compared with.
void count_violations(std::span<SimulateResult> results) {
  for (SimulateResult& mine : results) {
    for (const SimulateResult& other : results) {
      const auto original = behind_original(mine.row.study, mine.rounds, other.row.study, other.rounds);
      const auto fixed = behind_static(mine.row.study, mine.rounds, other.row.study, other.rounds);
      if (original) mine.behind_original = original;
      if (fixed) mine.behind_static = fixed;
    }
  }
}

// Where nobody asked for the static row beside it, it is run to be counted and not shown.
Status count_against_unseen(SimulateResult& mine) {
  if (mine.behind_static) return {};
  const Result<std::optional<std::uint64_t>> count = behind_unseen_static(mine.row.study, mine.rounds);
  if (!count) return count.error();
  mine.behind_static = count.value();
  return {};
}

Result<std::vector<SimulateResult>> run_rows(std::vector<SimulateRow>& rows, const SimulateOptions& options) {
  StudyProgress progress;
  BoundsOfRows bounds;
  std::vector<SimulateResult> results;
  for (SimulateRow& row : rows) {
    if (InterruptGuard::interrupted()) break;
    progress.begin(fmt::format("row {} of {} ({})", results.size() + 1, rows.size(), row.method));
    row.study.progress = [&](std::uint64_t done, std::uint64_t all) { progress.tell(done, all); };
    row.study.keep_going = [] { return !InterruptGuard::interrupted(); };
    Result<SimulateResult> result = run_row(row, options, bounds, rows.size() == 1);
    if (!result) return result.error();
    if (result.value().summary.trials == 0) break;
    results.push_back(std::move(result).value());
    results.back().time_to_first = ratio_to(results.front().summary, results.back().summary);
  }
  count_violations(results);
  for (SimulateResult& result : results) {
    if (InterruptGuard::interrupted()) break;
    progress.begin(fmt::format("static beside {} ({} blocks)", result.row.policy, result.row.blocks));
    if (Status s = count_against_unseen(result); !s) return s.error();
  }
  return results;
}

Status check_files(const SimulateOptions& o) {
  if (!o.svg.empty() && !o.svg.ends_with(".svg")) {
    return bad_input(fmt::format("--svg {} does not end in .svg, and nothing else is drawn", o.svg),
                     "give a name that does");
  }
  const NamedPath out{"--svg", o.svg};
  const std::vector<NamedPath> inputs{{"--plan", o.plan.plan_file},
                                      {"--assignment", o.plan.assignment},
                                      {"--config", o.config.file},
                                      {"--speeds", file_of_speeds(o.speeds)}};
  if (Status s = check_outputs({&out, 1}, inputs); !s) return s;
  return o.svg.empty() ? Status{} : check_gnuplot("--svg");
}

Status write_figure(const SimulateOptions& o, std::span<const SimulateResult> results) {
  if (o.svg.empty()) return {};
  const Result<std::string> svg = draw_svg(simulate_figure(results));
  if (!svg) return svg.error();
  return write_atomically(o.svg, svg.value());
}

}  // namespace

Result<int> simulate_command(const SimulateOptions& options) {
  if (options.disasters) return disasters_command(options);
  const InterruptGuard guard;
  if (Status s = check_files(options); !s) return s.error();
  Result<SimulateRows> made = simulate_rows(options);
  if (!made) return made.error();
  SimulateRows& rows = made.value();
  say_seed(options.plan.seed, options.json);
  const Result<std::vector<SimulateResult>> ran = run_rows(rows.rows, options);
  if (!ran) return ran.error();
  const std::vector<SimulateResult>& results = ran.value();
  if (results.empty()) return kExitInterrupted;
  if (options.json) {
    fmt::print("{}\n", simulate_json(results, rows.notes));
  } else {
    fmt::print("{}", simulate_table(results, rows.notes));
  }
  if (Status s = write_figure(options, results); !s) return s.error();
  if (InterruptGuard::interrupted()) return kExitInterrupted;
  const StudySummary& first = results.front().summary;
  return first.failed == first.trials ? kExitFailed : kExitDone;
}

}  // namespace gleaner
