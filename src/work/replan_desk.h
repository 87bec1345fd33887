// Where a driver takes what its server wants to know of speeds: orders for the rest of a round.
#pragma once

#include <span>
#include <vector>

#include "adapt/replanner.h"
#include "protocol/server.h"

namespace gleaner {

/// Turns what the server knows into questions to a Replanner, and its decisions into events. Belongs to one
/// thread at a time; a pure function of what it was told, in order.
class ReplanDesk {
 public:
  /// `planning`: how long it takes until orders that follow from a report are there, for the forecasts.
  ReplanDesk(std::shared_ptr<const Plan> plan, Duration planning);

  /// The event that begins this round.
  [[nodiscard]] BeginRound begin_round(RoundId round);
  /// Works out the answer; the driver brings it to the server when it likes.
  [[nodiscard]] OrdersReady answer(Time now, const Replan& question);
  /// The computing of a round is over.
  void learn(Time now, const RoundShown& shown);

  /// What it has learned, for a checkpoint.
  [[nodiscard]] std::vector<double> state() const { return replanner_.state(); }
  /// False if the state is not of such a desk.
  [[nodiscard]] bool restore(std::span<const double> state) { return replanner_.restore(state); }

 private:
  [[nodiscard]] RoundReport report_of(Time now, const RoundKnowledge& known) const;

  std::shared_ptr<const Plan> plan_;
  Replanner replanner_;
};

}  // namespace gleaner
