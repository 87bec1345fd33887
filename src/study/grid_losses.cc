#include "study/grid_losses.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace gleaner {
namespace {

constexpr std::uint64_t kRounds = 4;  // the last with a loss; the others for replan to know when to listen
constexpr std::size_t kMargins = 3;
constexpr std::array<std::string_view, 2> kMoments{"after-signal", "sending"};
constexpr std::size_t kSettings = kGridBlocksMax * (1 + 2 * kMargins);  // static has one margin

std::vector<double> last_rounds(const std::vector<TrialOutcome>& outcomes) {
  std::vector<double> times;
  for (const TrialOutcome& o : outcomes)
    times.push_back(o.completed ? seconds(o.rounds.back().took) : kUnknown);
  return times;
}

class LossRunner {
 public:
  explicit LossRunner(const GridOptions& options) : options_(options) {
    options_.trials = std::max<std::uint64_t>(1, options.trials * options.rounds / kRounds);
    options_.rounds = kRounds;
    condition_.part = GridCondition::Part::other;
    condition_.speeds = SpeedModel::parse("exponential:mean=1", TimeUnits::optional).value();
  }

  Result<LossStudy> run() {
    study_ = {options_.trials, kRounds, options_.placement.workers(), {}, kSettings * kMoments.size(), false};
    for (std::size_t blocks = 1; blocks <= kGridBlocksMax; ++blocks) {
      for (const GridPolicy& policy : kGridPolicies) {
        if (policy.learns) continue;
        for (std::size_t margin = 0; margin < (policy.policy == Policy::fixed ? 1 : kMargins); ++margin) {
          const Status done = add_rows(blocks, policy, margin);
          if (options_.keep_going && !options_.keep_going()) return std::move(study_);
          if (!done) return done.error();
        }
      }
    }
    study_.complete = true;
    return std::move(study_);
  }

 private:
  Status add_rows(std::size_t blocks, const GridPolicy& policy, std::size_t margin) {
    Result<TrialsSpec> spec = grid_trials(options_, condition_, blocks, policy);
    if (!spec) return spec.error();
    spec.value().cluster.server.margin = static_cast<std::uint32_t>(margin);
    const auto begin = [&](std::string_view moment) {
      if (!options_.progress) return;
      options_.progress(fmt::format("{} blocks, {} with margin {}, {}", blocks, policy.name, margin, moment),
                        done_++, kSettings * (1 + kMoments.size()));
    };
    begin("no loss");
    const Result<std::vector<TrialOutcome>> without = run_trials(spec.value());
    if (!without) return without.error();
    const std::vector<double> base = last_rounds(without.value());
    std::vector<LossRow> rows;
    for (const std::string_view moment : kMoments) {
      begin(moment);
      spec.value().faults =
          FaultModel::parse(fmt::format("crash:count=1,round={},at={}", kRounds, moment)).value();
      const Result<std::vector<TrialOutcome>> with = run_trials(spec.value());
      if (!with) return with.error();
      if (with.value().size() < spec.value().trials) return run_failed("the study was interrupted");
      rows.push_back(row_of(with.value(), base));
      rows.back().policy = policy.name;
      rows.back().margin = margin;
      rows.back().moment = moment;
      rows.back().blocks = blocks;
    }
    for (LossRow& row : rows) study_.rows.push_back(std::move(row));
    return {};
  }

  static LossRow row_of(const std::vector<TrialOutcome>& with, const std::vector<double>& without) {
    LossRow row;
    row.trials = with.size();
    const std::vector<double> times = last_rounds(with);
    std::vector<double> known;
    std::vector<double> costs;
    for (std::size_t k = 0; k < times.size(); ++k) {
      if (!with[k].completed) {
        ++row.failed;
        continue;
      }
      row.lost += with[k].rounds.back().lost_after_signal;
      row.uncovered += with[k].rounds.back().uncovered;
      known.push_back(times[k]);
      costs.push_back(times[k] - without[k]);
    }
    row.time = estimate(known);
    row.cost = estimate(costs);
    row.cost_p99 = quantile(costs, .99);
    return row;
  }

  GridOptions options_;
  GridCondition condition_;
  LossStudy study_;
  std::size_t done_ = 0;
};

}  // namespace

Result<LossStudy> run_losses(const GridOptions& options) { return LossRunner(options).run(); }

}  // namespace gleaner
