// Where a driver takes what its server wants to know of speeds: orders for a round, and for the rest of one.
#pragma once

#include <span>
#include <vector>

#include "adapt/order_learner.h"
#include "adapt/replanner.h"
#include "protocol/server.h"

namespace gleaner {

/// Turns what the server knows into questions to a Replanner, and its decisions into events. Belongs to one
/// thread at a time; a pure function of what it was told, in order.
class ReplanDesk {
 public:
  /// Whether a server with these options asks for anything.
  [[nodiscard]] static bool is_needed(const ServerOptions& options) {
    return options.policy == Policy::replan || options.learn_orders;
  }
  /// `planning`: how long it takes until orders that follow from a report are there, for the forecasts.
  /// REQUIRES: is_needed(options).
  ReplanDesk(std::shared_ptr<const Plan> plan, const ServerOptions& options, Duration planning);

  /// The event that begins this round.
  [[nodiscard]] BeginRound begin_round(RoundId round);
  /// Works out the answer; the driver brings it to the server when it likes.
  [[nodiscard]] OrdersReady answer(Time now, const Replan& question);
  /// The computing of a round is over. With more than 20,000 workers no orders are learned, and what orders
  /// gained is weighed in every eighth round.
  void learn(Time now, const RoundShown& shown);

  /// What it has learned, for a checkpoint.
  [[nodiscard]] std::vector<double> state() const;
  [[nodiscard]] static std::size_t state_size(std::size_t workers);
  /// REQUIRES: a state of a desk for as many workers.
  void restore(std::span<const double> state);

 private:
  [[nodiscard]] RoundReport report_of(Time now, const RoundKnowledge& known) const;

  std::shared_ptr<const Plan> plan_;
  Replanner replanner_;
  OrderLearner learner_;
};

}  // namespace gleaner
