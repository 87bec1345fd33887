// The table at the end of a run.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "coding/plan.h"
#include "training/run_log.h"

namespace gleaner {

/// One method's run, with what the table needs beside its summary.
struct TableRow {
  RunSummary summary;
  std::vector<double> seconds;  ///< of every committed round
  std::size_t blocks = 1;
  std::uint64_t rounds_wanted = 0;
};

/// Columns lined up, one row per method, within 90 characters; then the ratios on the rounds that both
/// completed, why a row could not finish, what the blocks cost, and the ledger of the first row, which is the
/// chosen method. Ends with a line end.
[[nodiscard]] std::string result_table(std::span<const TableRow> rows);

/// Sum of a's seconds over sum of b's, over the rounds that both completed; NaN if there are none.
[[nodiscard]] double time_ratio(const TableRow& a, const TableRow& b);

}  // namespace gleaner
