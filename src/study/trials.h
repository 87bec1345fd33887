// Many trials of one cluster, on all cores.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "base/result.h"
#include "coding/plan.h"
#include "sim/cluster.h"
#include "study/trial_ledger.h"
#include "work/faults.h"

namespace gleaner {

/// What is tried how often. Trials of two specs with the same seed, number, rounds and faults meet the same
/// draws, trial by trial, whatever their plans: they can be compared in pairs.
struct TrialsSpec {
  ClusterSpec cluster;  ///< its rounds are those of each trial
  FaultModel faults;    ///< scheduled anew for every trial, by its seed
  std::uint64_t seed = 1;
  std::uint64_t trials = 1000;
  std::size_t threads = 0;  ///< 0: one per core. Changes no result

  StudyLedger* ledger = nullptr;  ///< if set, becomes that of the trials; costs about a tenth of their time

  /// If set: the plan of a trial, in place of cluster.plan, e.g. an order drawn anew for each trial. A pure
  /// function of the trial's seed; called from several threads. Same workers, method and blocks as
  /// cluster.plan.
  std::function<Result<std::shared_ptr<const Plan>>(std::uint64_t trial_seed)> plan_of;
  /// Told now and then how many trials are done. Called from one thread at a time, not always the same.
  std::function<void(std::uint64_t done, std::uint64_t all)> progress;
  /// Asked between trials, from several threads; false ends the study early.
  std::function<bool()> keep_going;
};

/// Trial number k = 0, 1, ..: its seed is a draw of (spec.seed, k), its first round 1 + k * rounds, so that
/// trials walk through the rows of a trace; its faults are scheduled with its seed. A single trial has the
/// seed itself: it is the run that `train --clock virtual` makes with this seed. Losses that only a
/// FaultSource can strike (FaultModel::scope) are not in it: run_trials strikes them itself. Errors: the
/// faults do not fit the workers or rounds.
[[nodiscard]] Result<Trial> trial_of(const TrialsSpec& spec, std::uint64_t k);

/// The outcomes in the order of trials: all of them, or the first ones if keep_going() said stop. The same
/// for any number of threads. Errors: check(cluster), a trial_of() or plan_of() that failed (the first of
/// them). Every thread holds one Cluster.
[[nodiscard]] Result<std::vector<TrialOutcome>> run_trials(const TrialsSpec& spec);

/// plan_of for random orders: `plan` with Ordering::random drawn anew for every trial.
[[nodiscard]] std::function<Result<std::shared_ptr<const Plan>>(std::uint64_t trial_seed)> random_orders(
    std::shared_ptr<const Plan> plan);

/// Calls work(k) for k = 0 .. count - 1 on so many threads (0: one per core), in blocks that the threads take
/// as they come; work(k) must touch nothing that work(other k) touches. `make` gives each thread its own
/// worker function, called on that thread. Beyond the first k whose work returned false nothing more is
/// begun. Returns how many k = 0, 1, .. without a gap were done. Where the system gives no more threads,
/// those that there are do it all.
[[nodiscard]] std::uint64_t for_each_trial(std::uint64_t count, std::size_t threads,
                                           const std::function<std::function<bool(std::uint64_t)>()>& make);

}  // namespace gleaner
