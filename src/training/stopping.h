// When a run has had enough before its last round.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "training/run_log.h"

namespace gleaner {

/// Looked at between two rounds. The default never stops.
struct Stopping {
  /// In (0, 1]: enough is what classifies so large a share of the training samples correctly, measured at the
  /// start of a round; or of the test samples, measured at its end.
  std::optional<double> target_accuracy = std::nullopt;
  bool on_test_set = false;
  /// Above 0, on the run's own clock; a resumed run goes on counting.
  std::optional<Duration> time_limit = std::nullopt;
};

/// Errors name the flag and its range.
[[nodiscard]] Status check(const Stopping& stopping);

/// After the round of `last` (round 0: none yet), `elapsed` after the start of the run: why it should end, in
/// a sentence, or nothing.
[[nodiscard]] std::optional<std::string> reason_to_stop(const Stopping& stopping, const RoundRecord& last,
                                                        Duration elapsed);

}  // namespace gleaner
