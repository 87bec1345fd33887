// Orders learned between rounds, and when not to trust them (beyond.md section 4).
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "adapt/flow_order.h"
#include "adapt/round_state.h"
#include "adapt/speed_book.h"
#include "coding/plan.h"

namespace gleaner {

/// Before every round it works out what LIST and the flow would make of the speeds that are expected. After
/// the round it plays all of them, and the plan's own order, on the speeds that the round has shown, and
/// keeps an average of what each would have cost. The order that would have cost least starts the next round:
/// where speeds are drawn anew in every round that is the plan's, since the learned ones then lose. Pure
/// decisions; the same on every machine. Not thread safe.
class OrderLearner {
 public:
  /// `skip`: rounds are played with skipping.
  OrderLearner(std::shared_ptr<const Plan> plan, bool skip);

  /// What the round has shown: the chunk time of every worker as far as it is known (+inf: it was not there).
  /// Returns how long the round would have taken in the plan's own order, +inf if it would not have ended.
  /// REQUIRES: one per worker, all above 0.
  double judge(std::span<const double> chunk_times);
  /// Works out the orders for the round that comes, from what is expected. No orders while a worker has shown
  /// nothing yet.
  void prepare(const SpeedBook& speeds);

  /// How long a round took that began with learned orders and was told no others, over what judge() returned.
  /// Where that is no gain after all, since workers are not as quick as they tell, rounds begin with the
  /// plan's order for a while, longer each time.
  void weigh(double cost);

  enum class Choice : std::size_t { plan, list, flow };
  [[nodiscard]] Choice choice() const;
  /// For the round that comes; empty: the plan's.
  [[nodiscard]] const SlotOrders& orders() const;

  static constexpr std::size_t kStateSize = 8;
  /// For checkpoints; prepare() follows restore().
  [[nodiscard]] std::vector<double> state() const;
  [[nodiscard]] bool restore(std::span<const double> state);

 private:
  static constexpr std::size_t kChoices = 3;
  std::shared_ptr<const Plan> plan_;
  bool skip_;
  FlowPlanner flow_;
  std::array<SlotOrders, kChoices> candidates_;  // empty: none for this round
  std::array<double, kChoices> cost_{};          // average, in the unit of the plan's own order
  double rounds_ = 0;                            // judged
  struct Real {
    double cost = 0;     // average, as weighed
    double rounds = 0;   // weighed
    double pause = 0;    // rounds that are left
    double longest = 0;  // the last pause
  };
  Real real_;
};

}  // namespace gleaner
