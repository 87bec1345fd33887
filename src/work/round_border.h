// What happens between two rounds, for both drivers: is it over, and is it to be made durable?
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "training/run_log.h"
#include "work/run_spec.h"
#include "work/snapshot.h"

namespace gleaner {

/// How a run ended.
struct Ending {
  std::string status;  ///< completed | failed | interrupted
  std::string reason;  ///< empty if all rounds were done
};

/// Crossed once after every round, and once before the first. Belongs to the thread that drives the run.
class RoundBorder {
 public:
  /// Makes a snapshot of what only the driver knows: cluster, book, trainer.
  using Picture = std::function<Snapshot()>;

  /// Both must outlive it.
  RoundBorder(const RunSpec& spec, RunObserver& observer) : spec_(spec), observer_(observer) {}

  /// `last`: the record of the round that ended; its round is 0 before the first. `elapsed`: on the run's own
  /// clock. `asked`: why the run is to end now, whatever is left. Nothing: begin the next round.
  ///
  /// Writes a checkpoint when it is due: every so many rounds, at the end, and when a run is resumed, so that
  /// no two lives have one term. If it cannot be written the run has failed.
  [[nodiscard]] std::optional<Ending> cross(const RoundRecord& last, Duration elapsed, const Picture& picture,
                                            const std::optional<std::string>& asked = std::nullopt);

  /// The run ends in the middle of a round, after `last` was committed: saved as it was then, unless it is
  /// saved already or nothing was reached.
  [[nodiscard]] Status leave(RoundId last, Duration elapsed, const Picture& picture);

 private:
  [[nodiscard]] std::optional<Ending> ending(const RoundRecord& last, Duration elapsed,
                                             const std::optional<std::string>& asked);
  [[nodiscard]] bool is_due(std::uint64_t round, bool ends) const;
  [[nodiscard]] Status save(RoundId round, Duration elapsed, const Picture& picture);

  const RunSpec& spec_;
  RunObserver& observer_;
  std::optional<std::uint64_t> saved_;  // round of the last checkpoint of this life
};

}  // namespace gleaner
