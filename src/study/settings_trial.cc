#include "study/settings_trial.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "coding/kernels.h"
#include "work/segments.h"

namespace gleaner {
namespace {

// Chunks are of the same data however many there are.
double chunk_scale(const SettingLimits& limits) {
  return static_cast<double>(limits.workers) / static_cast<double>(limits.chunks);
}

std::uint64_t server_memory_of(const SettingLimits& limits, std::size_t blocks) {
  const std::size_t vector = block_length(limits.dimension, blocks);
  const std::size_t window = std::min(vector, kCredits * kSegmentFloats);
  return (limits.dimension + limits.workers * window) * sizeof(float);
}

Error interrupted() { return run_failed("interrupted", ""); }

Result<StudySummary> summary_of(const TrialsSpec& trials) {
  const Result<std::vector<TrialOutcome>> outcomes = run_trials(trials);
  if (!outcomes) return outcomes.error();
  if (outcomes.value().size() < trials.trials) return interrupted();
  return summarise(outcomes.value());
}

}  // namespace

Result<TriedSetting> prepare(const AdviseSpec& spec, const PlanSetting& setting) {
  Result<std::shared_ptr<const Plan>> plan = spec.plan_of(setting);
  if (!plan) return plan.error();
  TriedSetting tried;
  tried.setting = setting;
  tried.plan = std::move(plan).value();
  const std::uint64_t gradient =
      block_length(spec.limits.dimension, setting.blocks) * setting.blocks * sizeof(float);
  tried.worker_memory = tried.plan->assignment().load_max() * gradient;
  tried.server_memory = server_memory_of(spec.limits, setting.blocks);
  return tried;
}

TrialsSpec trials_of(const AdviseSpec& spec, const TriedSetting& tried, std::uint64_t trials) {
  TrialsSpec study;
  spec.conditions.apply_to(study.cluster);
  study.cluster.speeds = spec.conditions.speeds.scaled(chunk_scale(spec.limits));
  study.cluster.plan = tried.plan;
  study.cluster.code = code_for(tried.setting.method);
  study.cluster.server.recovery = tried.setting.recovery;
  study.cluster.server.policy = policy_of(tried.setting.method, spec.policy);
  study.cluster.rounds = spec.rounds;
  study.cluster.dimension = spec.limits.dimension;
  study.cluster.parameter_bytes = spec.limits.dimension * sizeof(float);
  study.faults = spec.conditions.faults;
  study.seed = spec.seed;
  study.trials = trials;
  study.threads = spec.threads;
  study.keep_going = spec.keep_going;
  return study;
}

Status try_setting(const AdviseSpec& spec, std::uint64_t trials, TriedSetting& tried) {
  Result<StudySummary> summary = summary_of(trials_of(spec, tried, trials));
  if (!summary) return summary.error();
  tried.summary = std::move(summary).value();
  const auto whole = static_cast<double>(tried.plan->chunks() * tried.plan->blocks());
  tried.relative_residual = tried.summary.residual_norm.mean / std::sqrt(whole);
  return {};
}

double median_chunk_seconds(const AdviseSpec& spec) {
  const SpeedModel& speeds = spec.conditions.speeds;
  if (speeds.none()) return 1;
  const std::size_t workers = spec.limits.workers;
  std::vector<double> draws;
  for (std::uint64_t round = 1; draws.size() < std::max<std::size_t>(1000, 10 * workers); ++round) {
    for (std::uint32_t j = 0; j < workers; ++j) {
      draws.push_back(seconds(speeds.chunk_time(spec.seed, RoundId(round), WorkerId(j), j)));
    }
  }
  return quantile(draws, 0.5);
}

Result<TimeParts> time_parts(const AdviseSpec& spec, const TriedSetting& tried) {
  const std::uint64_t trials = std::min(spec.trials, std::max<std::uint64_t>(100, spec.trials / 10));
  const Result<StudySummary> all = summary_of(trials_of(spec, tried, trials));
  if (!all) return all.error();
  AdviseSpec calm = spec;
  calm.conditions.network = {};
  const Result<StudySummary> no_network = summary_of(trials_of(calm, tried, trials));
  if (!no_network) return no_network.error();

  const double work = static_cast<double>(tried.setting.blocks) * median_chunk_seconds(spec);
  // Of all trials, not only these few: the parts shall add up to the time that is shown.
  const double share = tried.summary.time.mean / all.value().time.mean;
  return TimeParts{work, no_network.value().time.mean * share - work,
                   (all.value().time.mean - no_network.value().time.mean) * share};
}

}  // namespace gleaner
