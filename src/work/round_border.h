// What happens between two rounds, for both drivers: is it over?
#pragma once

#include <optional>
#include <string>

#include "training/run_log.h"
#include "work/run_spec.h"

namespace gleaner {

/// How a run ended.
struct Ending {
  std::string status;  ///< completed | failed | interrupted
  std::string reason;  ///< empty if all rounds were done
};

/// Crossed once after every round, and once before the first. Belongs to the thread that drives the run.
class RoundBorder {
 public:
  /// Both must outlive it.
  RoundBorder(const RunSpec& spec, RunObserver& observer) : spec_(spec), observer_(observer) {}

  /// `last`: the record of the round that ended; its round is 0 before the first. `elapsed`: on the run's own
  /// clock. Nothing: begin the next round.
  [[nodiscard]] std::optional<Ending> cross(const RoundRecord& last, Duration elapsed);

 private:
  const RunSpec& spec_;
  RunObserver& observer_;
};

}  // namespace gleaner
