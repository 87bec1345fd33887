// A run log read back: what it says of how long the chunks took.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "training/run_log.h"

namespace gleaner {

/// One "round" line, as far as it is about time.
struct LoggedRound {
  std::uint64_t round = 0;
  double seconds = 0;                  ///< of the whole round. >= 0
  std::vector<ChunkTime> chunk_times;  ///< in order of completion; `seconds` >= 0, worker < workers
};

/// A log as far as it is about time. Value type; at least one round, rounds ascending.
struct LoggedTimes {
  std::size_t workers = 0;
  std::vector<LoggedRound> rounds;
};

/// Whether a text looks like a run log (JSON lines) and not like a table.
[[nodiscard]] bool is_run_log(std::string_view text);

/// Reads the log of any run: resumed (its first round is then not 1), cut off in its last line, without a
/// summary. `name` stands in errors, which also name the line: the first is not the start of a run; a line
/// that is no JSON object, a round without the keys `round`, `seconds`, `chunk_times` or with values that
/// cannot be; no round at all.
[[nodiscard]] Result<LoggedTimes> read_logged_times(std::string_view log, std::string_view name);

}  // namespace gleaner
