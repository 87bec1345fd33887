// Measured chunk times of real workers, replayed round by round.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/result.h"

namespace gleaner {

/// A table of seconds: one row per round, one column per worker. Value type, at least one row and column.
class SpeedTrace {
 public:
  /// CSV: a header "round,NAME,NAME...", then one line per round whose first field is the row's number (read,
  /// not used) and whose others are seconds from 0 on. `name` stands in errors, which also name the line:
  /// no header, no worker or no round, a line with another number of fields, a field that is no such number.
  static Result<SpeedTrace> parse(std::string_view text, std::string_view name);
  /// The log of a run (`gleaner train --log FILE.jsonl`): one row per logged round, in which a worker has the
  /// mean of the seconds that its chunks of that round really took. A worker that finished none in a round,
  /// being too slow or gone, gets its mean over the rows in which it finished some, but no less than that
  /// round took: it would have finished otherwise. Errors name the file, its line or the worker: what
  /// read_logged_times refuses, and a worker that never finished a chunk.
  static Result<SpeedTrace> parse_log(std::string_view text, std::string_view name);
  /// Either of them from a file, told apart by the first letter. Errors also: it cannot be read.
  static Result<SpeedTrace> load(const std::string& path);

  /// Round 1 is the first row; after the last row the trace begins anew (round 0, "none yet", counts as 1).
  /// REQUIRES: worker < workers().
  [[nodiscard]] double seconds(RoundId round, WorkerId worker) const;
  /// The table as parse() reads it back, number for number: for those who do not see the file.
  [[nodiscard]] std::string csv() const;
  [[nodiscard]] std::size_t workers() const { return workers_; }
  [[nodiscard]] std::size_t rounds() const { return seconds_.size() / workers_; }

 private:
  std::size_t workers_ = 0;
  std::vector<double> seconds_;  // row by row
};

}  // namespace gleaner
