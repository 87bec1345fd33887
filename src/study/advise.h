// Which scheme, replication, number of blocks and recovery suit a cluster: found by simulating all of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "sim/conditions.h"
#include "study/setting.h"
#include "study/statistics.h"
#include "study/summary.h"

namespace gleaner {

struct AdviseSpec {
  SettingLimits limits;
  /// Its speeds are those of chunks that are 1/m of the data: with N chunks every drawn time counts m / N.
  Conditions conditions;
  Policy policy = Policy::skip;  ///< of `partial`
  std::uint64_t rounds = 1;      ///< of a trial
  std::uint64_t trials = 1000;   ///< of the settings that are compared in the end
  std::uint64_t seed = 1;
  std::size_t threads = 0;  ///< 0: one per core. Changes no result

  /// The plan of a setting. Only times are simulated, so its frame need not be a good one.
  std::function<Result<std::shared_ptr<const Plan>>(const PlanSetting&)> plan_of;
  /// Told what is being tried, and how many of how many settings are done.
  std::function<void(std::string_view what, std::uint64_t done, std::uint64_t all)> progress;
  /// false ends the search early, with an error.
  std::function<bool()> keep_going;
};

/// A setting and what trials say of it.
struct TriedSetting {
  PlanSetting setting;
  std::shared_ptr<const Plan> plan;
  StudySummary summary;
  std::uint64_t worker_memory = 0;  ///< bytes of chunk gradients of the most loaded worker
  std::uint64_t server_memory = 0;  ///< bytes of the gradient and of segments in flight, as PlanFacts
  double relative_residual = 0;     ///< mean of sqrt(residual^2 / (N L))
  Ratio to_uncoded;                 ///< of seconds, on the draws that both completed
  bool allowed = true;              ///< within the limits; uncoded is shown beside them anyhow
};

/// What the seconds of a round are made of. They add up to the mean time. Unknown (NaN) where trials failed.
struct TimeParts {
  double work = kUnknown;  ///< N L chunks, shared evenly by m workers at the median of the drawn chunk times
  /// Added by slow and lost workers, and by work that is done twice; negative where quick workers more than
  /// make up for that.
  double slow = kUnknown;
  double network = kUnknown;  ///< added by the network: what a round on an ideal one does not take
};

struct Advice {
  /// Of the settings within 2% of the fastest the one that needs the least memory, then the fewest bytes.
  TriedSetting best;
  /// The next three, the best of every smaller memory that is faster than all that need less, the best of
  /// `original`. Ascending time.
  std::vector<TriedSetting> others;
  TriedSetting uncoded;  ///< wait for all
  TimeParts parts;       ///< of the best
  /// The next larger replication that the memory forbids, if that would be more than 2% faster.
  std::optional<TriedSetting> with_more_memory;
  std::size_t settings = 0;  ///< that were tried
  std::size_t too_large = 0;
};

/// Errors name the flag: conditions that do not fit the workers or rounds; limits that nothing fits.
[[nodiscard]] Status check(const AdviseSpec& spec);

/// All settings within the limits meet the same few trials; the better third goes on to three times as many,
/// until at most 6 are left, which meet all trials: successive halving (Jamieson, Talwalkar 2016) on paired
/// draws. The best of each replication and of `original`, and the least in memory within 5% of the fastest,
/// go on as well. A setting that completes more trials is better, whatever its time. Finally every setting
/// left that recovers by a residual is tried with a deadline, the time by which 9 in 10 of its rounds had
/// signalled.
///
/// A pure function of the spec but for threads, progress and keep_going. Errors: check(); interrupted. Cost:
/// about 2 (settings * 16 + 20 trials) trials.
[[nodiscard]] Result<Advice> advise(const AdviseSpec& spec);

}  // namespace gleaner
