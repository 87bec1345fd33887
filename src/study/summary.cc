#include "study/summary.h"

#include <array>
#include <cmath>
#include <functional>

namespace gleaner {
namespace {

double mean_of(const TrialOutcome& trial, const std::function<double(const RoundOutcome&)>& value) {
  double sum = 0;
  for (const RoundOutcome& round : trial.rounds) sum += value(round);
  return sum / static_cast<double>(trial.rounds.size());
}

bool counts(const TrialOutcome& trial) { return trial.completed && !trial.rounds.empty(); }

// The trial means of one quantity.
Estimate over_trials(std::span<const TrialOutcome> outcomes,
                     const std::function<double(const RoundOutcome&)>& value) {
  std::vector<double> means;
  for (const TrialOutcome& trial : outcomes) {
    if (counts(trial)) means.push_back(mean_of(trial, value));
  }
  return estimate(means);
}

void add_quantiles(std::span<const TrialOutcome> outcomes, StudySummary& s) {
  std::vector<double> all;
  for (const TrialOutcome& trial : outcomes) {
    if (!counts(trial)) continue;
    for (const RoundOutcome& round : trial.rounds) all.push_back(seconds(round.took));
  }
  s.p50 = quantile(all, 0.5);
  s.p99 = quantile(all, 0.99);
}

void add_counts(std::span<const TrialOutcome> outcomes, StudySummary& s) {
  std::vector<double> events;
  std::vector<double> asked;
  for (const TrialOutcome& trial : outcomes) {
    s.seconds.push_back(kUnknown);
    s.residuals.push_back(kUnknown);
    if (!counts(trial)) {
      if (++s.failed == 1) s.reason = trial.reason;
      continue;
    }
    s.seconds.back() = mean_of(trial, [](const RoundOutcome& r) { return seconds(r.took); });
    s.residuals.back() = mean_of(trial, [](const RoundOutcome& r) { return r.residual_norm; });
    events.push_back(static_cast<double>(trial.events) / static_cast<double>(trial.rounds.size()));
    s.server_restarts += trial.server_restarts;
    s.rounds_repeated += trial.rounds_repeated;
    for (const RoundOutcome& round : trial.rounds) {
      if (round.asked > Duration::zero()) asked.push_back(seconds(round.asked));
      s.lost_after_signal += round.lost_after_signal;
      s.uncovered += round.uncovered;
    }
  }
  s.events = estimate(events).mean;
  s.asked = estimate(asked).mean;
}

}  // namespace

StudySummary summarise(std::span<const TrialOutcome> outcomes) {
  StudySummary s;
  s.trials = outcomes.size();
  const auto over = [&](const std::function<double(const RoundOutcome&)>& value) {
    return over_trials(outcomes, value);
  };
  const auto count = [&](std::uint64_t RoundOutcome::*field) {
    return over([field](const RoundOutcome& r) { return static_cast<double>(r.*field); }).mean;
  };
  s.time = over([](const RoundOutcome& r) { return seconds(r.took); });
  s.signalled = over([](const RoundOutcome& r) { return seconds(r.signalled); });
  s.residual_norm = over([](const RoundOutcome& r) { return r.residual_norm; });
  s.residual_norm.mean_square =
      over([](const RoundOutcome& r) { return r.residual_norm * r.residual_norm; }).mean;
  s.chunks_completed = count(&RoundOutcome::chunks_completed);
  s.chunks_used = count(&RoundOutcome::chunks_used);
  s.messages = count(&RoundOutcome::messages);
  s.bytes_to_server = count(&RoundOutcome::bytes_to_server);
  s.bytes_to_workers = count(&RoundOutcome::bytes_to_workers);
  add_quantiles(outcomes, s);
  add_counts(outcomes, s);
  return s;
}

StudyRounds rounds_of(std::span<const TrialOutcome> outcomes) {
  StudyRounds all;
  std::uint64_t count = 0;
  bool exact = true;
  for (const TrialOutcome& trial : outcomes) {
    count += trial.rounds.size();
    for (const RoundOutcome& round : trial.rounds) exact = exact && round.residual_norm == 0;
  }
  all.took.reserve(count);
  if (!exact) all.residuals.reserve(count);
  all.ends.reserve(outcomes.size());
  for (const TrialOutcome& trial : outcomes) {
    for (const RoundOutcome& round : trial.rounds) {
      all.took.push_back(round.took);
      if (!exact) all.residuals.push_back(round.residual_norm);
    }
    all.ends.push_back(all.took.size());
  }
  return all;
}

}  // namespace gleaner
