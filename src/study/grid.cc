#include "study/grid.h"

#include <utility>

#include <fmt/format.h>

#include "study/behind.h"
#include "study/bounds.h"

namespace gleaner {
namespace {

bool wanted(const GridOptions& o) { return !o.keep_going || o.keep_going(); }

std::vector<double> placed(const std::vector<ClairvoyantBounds>& bounds) {
  std::vector<double> all;
  for (const ClairvoyantBounds& b : bounds) all.push_back(b.placed);
  return all;
}

class GridRunner {
 public:
  explicit GridRunner(const GridOptions& options)
      : options_(options), conditions_(grid_conditions(options)) {}

  Result<PolicyGrid> run() {
    PolicyGrid grid;
    grid.cells_wanted = conditions_.size() * kGridBlocksMax;
    for (std::size_t blocks = 1; blocks <= kGridBlocksMax; ++blocks) {
      for (const GridCondition& condition : conditions_) {
        Result<GridCell> cell = run_cell(condition, blocks);
        if (!wanted(options_)) return grid;
        if (!cell) return cell.error();
        grid.cells.push_back(std::move(cell).value());
      }
    }
    grid.complete = true;
    return grid;
  }

 private:
  Result<GridCell> run_cell(const GridCondition& condition, std::size_t blocks) {
    GridCell cell;
    cell.condition = condition;
    cell.blocks = blocks;
    cell.workers = options_.placement.workers();
    cell.lost = options_.placement.replication_min() - blocks;
    std::vector<double> bounds;
    for (const GridPolicy& policy : kGridPolicies) {
      Result<TrialsSpec> spec = grid_trials(options_, condition, blocks, policy);
      if (!spec) return spec.error();
      if (cell.lost > 0) {
        spec.value().faults = FaultModel::parse(fmt::format("crash:count={},at=start", cell.lost)).value();
      }
      if (cell.rows.empty()) {
        cell.trials = spec.value().trials;
        cell.rounds = spec.value().cluster.rounds;
        const Result<std::vector<ClairvoyantBounds>> found = run_bounds(spec.value());
        if (!found) return found.error();
        bounds = placed(found.value());
        cell.bound = estimate(bounds).mean;
      }
      if (Status s = add_row(cell, policy, spec.value(), bounds); !s) return s.error();
    }
    return cell;
  }

  Status add_row(GridCell& cell, const GridPolicy& policy, const TrialsSpec& spec,
                 const std::vector<double>& bounds) {
    if (options_.progress) {
      options_.progress(fmt::format("{}, {} {}, {}", cell.condition.name, cell.blocks,
                                    cell.blocks == 1 ? "block" : "blocks", policy.name),
                        done_, conditions_.size() * kGridBlocksMax * kGridPolicies.size());
    }
    ++done_;
    const Result<std::vector<TrialOutcome>> outcomes = run_trials(spec);
    if (!outcomes) return outcomes.error();
    if (outcomes.value().size() < spec.trials) return run_failed("the study was interrupted");
    GridRow row{policy, summarise(outcomes.value()), {}, {}};
    const Result<std::optional<std::uint64_t>> behind = beside_static(spec, outcomes.value());
    if (!behind) return behind.error();
    row.behind_static = behind.value();
    const StudySummary& paper = cell.rows.empty() ? row.summary : cell.rows.front().summary;
    row.to_paper = paired_ratio(row.summary.seconds, paper.seconds);
    row.to_bound = paired_ratio(row.summary.seconds, bounds);
    cell.rows.push_back(std::move(row));
    return {};
  }

  // The first row of a cell is static; where skip has orders of its own, static is run with those, unseen.
  Result<std::optional<std::uint64_t>> beside_static(const TrialsSpec& spec,
                                                     const std::vector<TrialOutcome>& outcomes) {
    if (spec.cluster.server.policy == Policy::fixed && !spec.cluster.server.learn_orders) {
      fixed_ = spec;
      of_fixed_ = rounds_of(outcomes);
    }
    if (!is_never_behind_static(spec)) return std::optional<std::uint64_t>();
    const StudyRounds rounds = rounds_of(outcomes);
    const std::optional<std::uint64_t> count = behind_static(spec, rounds, fixed_, of_fixed_);
    return count ? count : behind_unseen_static(spec, rounds);
  }

  const GridOptions& options_;
  std::vector<GridCondition> conditions_;
  TrialsSpec fixed_;  // of this cell
  StudyRounds of_fixed_;
  std::size_t done_ = 0;
};

}  // namespace

Result<PolicyGrid> run_grid(const GridOptions& options) { return GridRunner(options).run(); }

}  // namespace gleaner
