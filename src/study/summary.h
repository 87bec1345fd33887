// What many trials of one cluster came to.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/time.h"
#include "sim/cluster.h"
#include "study/statistics.h"

namespace gleaner {

/// Means are per round. The independent values behind an Estimate are the means of trials over their rounds:
/// rounds of one trial may hang together (workers that stay slow). Only trials that completed are in them.
struct StudySummary {
  std::size_t trials = 0;
  std::size_t failed = 0;
  std::string reason;  ///< of the first trial that failed

  Estimate time;          ///< seconds from BeginRound to Commit
  double p50 = kUnknown;  ///< of all rounds of all completed trials; quantile() of statistics.h
  double p99 = kUnknown;
  Estimate signalled;       ///< seconds until the first signal
  double asked = kUnknown;  ///< seconds until workers first told how far they are, of the rounds that asked
  Estimate residual_norm;   ///< sqrt(residual^2) in block space; mean_square: of all rounds
  double chunks_completed = kUnknown;
  double chunks_used = kUnknown;
  double messages = kUnknown;
  double bytes_to_server = kUnknown;
  double bytes_to_workers = kUnknown;
  double events = kUnknown;
  std::uint64_t lost_after_signal = 0;  ///< in all rounds together
  std::uint64_t uncovered = 0;          ///< of those, how many set workers computing again
  std::uint64_t server_restarts = 0;    ///< in all completed trials together, like what follows
  std::uint64_t rounds_repeated = 0;    ///< begun anew, since a loss of the server undid them

  /// Seconds per round of every trial in order, NaN where it failed: for paired_ratio().
  std::vector<double> seconds;
  /// sqrt(residual^2) of every trial, the mean of its rounds, in the same way.
  std::vector<double> residuals;
};

[[nodiscard]] StudySummary summarise(std::span<const TrialOutcome> outcomes);

/// Every round that was committed, of all trials in order, failed ones too: for claims that hold round by
/// round. 8 bytes for a round, 16 where something is missing in any.
struct StudyRounds {
  std::vector<Duration> took;
  std::vector<double> residuals;    ///< RoundOutcome::residual_norm; empty: 0 in all of them
  std::vector<std::uint64_t> ends;  ///< of each trial in `took`
};

[[nodiscard]] StudyRounds rounds_of(std::span<const TrialOutcome> outcomes);

}  // namespace gleaner
