// The disasters: random clusters under random faults, each watched by a checker.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "sim/disaster_checker.h"
#include "sim/disaster_cluster.h"
#include "sim/disaster_counts.h"

namespace gleaner {

/// One cluster was run through its storm.
struct DisasterRun {
  DisasterCounts counts;
  std::optional<Violation> violation;
  std::uint32_t blows = 0;         ///< drawn, spared ones included
  std::vector<std::string> trace;  ///< one line each; only if it was asked for
};

/// A pure function of its arguments.
[[nodiscard]] DisasterRun run_disaster(const DisasterCluster& cluster, bool with_trace);

/// Calls body(0) .. body(count - 1), each once, in any order, on any threads, and returns when all are done.
using ForEach = std::function<void(std::size_t count, const std::function<void(std::size_t)>& body)>;

struct DisasterOptions {
  std::uint64_t rounds = 10'000;  ///< at least so many; the last cluster is run to its end
  std::uint64_t seed = 1;         ///< the first cluster's own; those of the others follow from it
  std::optional<Policy> policy;   ///< of all clusters; none: drawn
  ForEach for_each;               ///< default: one after another. The result is the same for all
  std::function<void(std::uint64_t /*rounds*/)> progress;  ///< how many have been run, now and then
  std::function<bool()> keep_going;                        ///< asked now and then; false ends it early
  /// Makes a failing cluster smaller before it is shown: at most so many runs more.
  std::size_t shrinking_runs_max = 200;
};

/// A cluster that broke a rule, made as small as it could be.
struct DisasterFinding {
  std::uint64_t seed = 0;    ///< `--disasters 1 --seed` replays it
  std::uint64_t rounds = 0;  ///< that had been run before
  Violation first;           ///< as it was found
  Violation violation;       ///< in the smaller cluster
  DisasterCluster cluster;   ///< the smaller one
  std::uint32_t blows = 0;   ///< that strike in it
  std::vector<std::string> trace;
};

struct DisasterReport {
  std::uint64_t seed = 0;
  std::optional<Policy> policy;
  DisasterCounts counts;  ///< up to and with the first cluster that broke a rule
  std::optional<DisasterFinding> finding;

  [[nodiscard]] bool ok() const { return !finding.has_value(); }
  /// The table, and the finding if there is one: what is shown to a person. Lines of text.
  [[nodiscard]] std::string text() const;
};

/// Runs clusters until so many rounds have ended or a rule is broken. A pure function of rounds, seed,
/// policy and shrinking_runs_max.
[[nodiscard]] DisasterReport run_disasters(const DisasterOptions& options);

/// The seed of cluster k: that of the run for the first.
[[nodiscard]] std::uint64_t disaster_seed(std::uint64_t seed, std::uint64_t k);

}  // namespace gleaner
