// What `gleaner simulate` says: a table, JSON (cli.md), a figure.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "app/simulate_rows.h"
#include "study/figure.h"
#include "study/statistics.h"
#include "study/summary.h"

namespace gleaner {

/// Means over the trials in which the bounds are finite, in seconds per round.
struct RowBounds {
  Estimate free;         ///< B1
  Estimate placed;       ///< B2
  Ratio time_to_placed;  ///< of exact recovery; unknown else
};

struct SimulateResult {
  SimulateRow row;
  StudySummary summary;
  Ratio time_to_first;  ///< of the trials that both rows completed
  std::optional<RowBounds> bounds;
  std::optional<StudyLedger> ledger;
  StudyRounds rounds;  ///< if the row is compared with another, round by round
  /// Of a row of partial that stands beside its row of original: study/behind.h.
  std::optional<std::uint64_t> behind_original;
  /// Of a row with policy skip: study/behind.h.
  std::optional<std::uint64_t> behind_static;
};

/// Columns lined up, then what they mean, why trials failed, and the notes. Ends with a line end.
[[nodiscard]] std::string simulate_table(std::span<const SimulateResult> results,
                                         std::span<const std::string> notes);

/// One object: that of the row, or {"seed", "rows": [..]} for several, with the notes. No line end.
[[nodiscard]] std::string simulate_json(std::span<const SimulateResult> results,
                                        std::span<const std::string> notes);

/// All rows in one figure: residual against deadline if there are several deadlines, else the time of a round
/// against whatever number differs between rows, else row beside row.
[[nodiscard]] Figure simulate_figure(std::span<const SimulateResult> results);

}  // namespace gleaner
