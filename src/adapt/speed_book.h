// How quick the workers were in the rounds so far (beyond.md section 4).
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "adapt/speed_range.h"
#include "base/ids.h"

namespace gleaner {

/// Estimates the logarithm of every worker's chunk time with exponential weights, and how far rounds drift
/// from one another. Chunk times that jump begin a new estimate; ones that are only known to be above
/// something (nothing was finished) raise an estimate that lies below. Portable: the same bits on every
/// machine. Value type; not thread safe.
class SpeedBook {
 public:
  explicit SpeedBook(std::size_t workers) : log_time_(workers), distrust_(workers, 0) {}

  /// A round is over: what it showed of every worker, nothing of those that were not there.
  void add_round(std::span<const std::optional<SpeedRange>> seen);

  /// The chunk time to expect of the worker, if it has shown one.
  [[nodiscard]] std::optional<double> expected(WorkerId worker) const;
  /// The best guess where this round has shown `range`: what is expected, if that lies in the range and
  /// rounds do not drift so far that the range says more; else the middle of the range.
  [[nodiscard]] double guess(WorkerId worker, const SpeedRange& range) const;

  /// Whether the worker claims to be so much quicker than before that how far rounds drift does not explain
  /// it: more than three times, and more than exp(4 d) times, d being the median |log(s_t / expected)| of a
  /// round. To be believed when it has finished a chunk.
  [[nodiscard]] bool doubts(WorkerId worker, const SpeedRange& range) const;

  /// Reports of this worker contradicted what it did: they are not to be believed for the next rounds, and
  /// what they have led to is forgotten.
  void distrust(WorkerId worker);
  [[nodiscard]] bool trusts(WorkerId worker) const { return distrust_[worker.index()] == 0; }

  /// Mean |log(s_t / expected)| over workers and rounds; +inf before the second round.
  [[nodiscard]] double drift() const { return drift_; }

  /// Everything that it knows, as numbers for a checkpoint; NaN: unknown.
  [[nodiscard]] std::vector<double> state() const;
  /// REQUIRES: of a book for as many workers. False if it is not.
  [[nodiscard]] bool restore(std::span<const double> state);

 private:
  std::vector<std::optional<double>> log_time_;
  std::vector<unsigned> distrust_;  // rounds that are left
  double drift_ = std::numeric_limits<double>::infinity();
  double median_drift_ = std::numeric_limits<double>::infinity();
};

}  // namespace gleaner
