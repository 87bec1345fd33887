// From the flags of `gleaner simulate` to the clusters that are tried, one per row of the table.
#pragma once

#include <string>
#include <vector>

#include "app/options.h"
#include "base/result.h"
#include "study/trials.h"

namespace gleaner {

/// One row: what it is called, and what is tried. All rows share seed, trials and rounds: they meet the same
/// draws.
struct SimulateRow {
  std::string method;
  std::string policy;           ///< that it really has: "static" for all methods but partial
  std::string order;            ///< "-" where it means nothing: everybody does everything
  bool learns = false;          ///< orders, from round to round
  std::string recovery;         ///< as given: "exact", "deadline=2", "residual=0.3"
  std::size_t replication = 1;  ///< of the rarest chunk
  std::size_t blocks = 1;
  TrialsSpec study;

  /// The key under which its residual stands: the deadline in seconds, or "exact", or "residual".
  [[nodiscard]] std::string residual_key() const;
};

struct SimulateRows {
  std::vector<SimulateRow> rows;  ///< at least one
  std::vector<std::string>
      notes;  ///< what was left out, and why; flags that change nothing; rounds that repeat
};

/// Every combination of the lists that makes sense. One that cannot be is left out with a note if another
/// remains. Errors name the flag and the cure.
[[nodiscard]] Result<SimulateRows> simulate_rows(const SimulateOptions& options);

}  // namespace gleaner
