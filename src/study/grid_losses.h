// What a worker that is lost after the signal costs, by policy and margin (beyond.md section 2).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "study/grid.h"

namespace gleaner {

/// Rounds of exponential speeds drawn anew, nobody lost but one worker of the last round of each trial, and
/// the same rounds without that loss.
struct LossRow {
  std::string_view policy;
  std::size_t margin = 0;
  std::string_view moment;  ///< "after-signal" or "sending", as in --faults
  std::size_t blocks = 1;
  Estimate time;  ///< of the round with the loss, in mean chunk times
  Estimate cost;  ///< that less the same round without it, trial by trial
  double cost_p99 = kUnknown;
  std::size_t trials = 0;
  std::size_t failed = 0;     ///< in which a round could not end
  std::size_t lost = 0;       ///< workers lost after the signal
  std::size_t uncovered = 0;  ///< losses that set workers computing again
};

struct LossStudy {
  std::uint64_t trials = 0;
  std::uint64_t rounds = 0;
  std::size_t workers = 0;
  std::vector<LossRow> rows;    ///< those that are complete
  std::size_t rows_wanted = 0;  ///< so many were asked for
  bool complete = false;
};

/// Of static, skip and replan, with margins 0, 1 and 2 where chunks are skipped. As many rounds in all as a
/// cell of the grid. REQUIRES: check(options).ok().
[[nodiscard]] Result<LossStudy> run_losses(const GridOptions& options);

}  // namespace gleaner
