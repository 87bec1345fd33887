// When to listen, and what to make of what was heard: orders for the rest of a round (beyond.md section 3).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "adapt/flow_order.h"
#include "adapt/order_worth.h"
#include "adapt/round_report.h"
#include "adapt/round_state.h"
#include "adapt/speed_book.h"
#include "coding/plan.h"

namespace gleaner {

struct ReplanOptions {
  unsigned parts = 16;          ///< reports come in so many parts of a chunk
  double planning = 0;          ///< seconds between a report and the arrival of orders that follow from it
  double gain_min = .02;        ///< of the time that is left: less is not worth telling
  unsigned listenings_max = 6;  ///< in a round
  std::uint64_t flow_steps_max = 40'000'000;  ///< beyond it LIST plans alone
};

/// Decides from what was observed, and from nothing else: no clock, no draw. The same on every machine. A
/// driver asks it whenever the server wants orders. Not thread safe.
class Replanner {
 public:
  Replanner(std::shared_ptr<const Plan> plan, ReplanOptions options);

  /// When workers should tell how far they are, after the start of the round that comes; 0: nothing is known.
  ///
  /// A worker is of use in a round of length T if a chunk takes it less than T, and by T / parts it has shown
  /// its first part: 0.9 of that, T being the recent rounds' mean, of which listening itself is a part.
  [[nodiscard]] double listen_after() const;

  struct Decision {
    /// Whom to tell what: for every worker its new order, empty if it keeps the one it has; none at all if
    /// nobody needs one.
    std::optional<SlotOrders> orders;
    double until = WorkerState::kNever;  ///< forecast of the round's end, since it began; +inf: unknown
    double listen_again = 0;             ///< since the round began; 0: not in this round
    double check = 0;  ///< the same: by then somebody whom the plan counts on must have finished a chunk
    bool fell_back = false;  ///< reports were contradicted by what was done: back to the plan's order
    bool by_flow = false;
  };
  [[nodiscard]] Decision decide(const RoundReport& report);

  /// The chunk times that a round has shown, as far as they are known; +inf for workers that were not there.
  [[nodiscard]] std::vector<double> chunk_times(const RoundReport& report);

  /// The round is over: how long it took until the signal, what was heard last, and how long it would have
  /// taken without any orders, at the speeds that it has shown (+inf: unknown). Where orders have gained
  /// nothing lately none are told: they are worked out, and weighed at the end of the round.
  void end_round(double took, const RoundReport& last, double without_orders = WorkerState::kNever);

  /// Whether orders were told in this round.
  [[nodiscard]] bool has_told() const { return told_; }
  [[nodiscard]] const SpeedBook& speeds() const { return speeds_; }
  /// Numbers of a state.
  [[nodiscard]] static std::size_t state_size(std::size_t workers) {
    return 2 * workers + 4 + OrderWorth::kStateSize;
  }
  /// For checkpoints, as SpeedBook's.
  [[nodiscard]] std::vector<double> state() const;
  [[nodiscard]] bool restore(std::span<const double> state);

 private:
  using Copies = std::vector<std::uint32_t>;  // of every chunk
  struct Promise {                            // what the last plan of this round counted on
    double chunk_time = WorkerState::kNever;
    std::size_t done = 0;
    double since = 0;
  };

  [[nodiscard]] std::optional<SpeedRange> told_range(const WorkerReport& w) const;
  [[nodiscard]] std::optional<SpeedRange> range_of_worker(const RoundReport& report, std::size_t j) const;
  [[nodiscard]] Copies copies_in(const RoundReport& report) const;
  [[nodiscard]] bool does(const WorkerReport& w, std::size_t j, const Copies& copies) const;
  [[nodiscard]] double overdue_after(const RoundReport& report, const SpeedRange& told, double times) const;
  [[nodiscard]] std::size_t find_overdue(const RoundReport& report, const Copies& copies);
  [[nodiscard]] bool keep_in_hand(const RoundReport& report, const Copies& copies, double left,
                                  SlotOrders& orders) const;
  [[nodiscard]] bool is_doubted(const WorkerReport& w, std::size_t j) const;
  /// Overdue, doubted, stuck, or not trusted.
  [[nodiscard]] bool told_in_vain(const RoundReport& report, std::size_t j) const;
  [[nodiscard]] bool is_stuck(const RoundReport& report, const WorkerReport& w) const;
  [[nodiscard]] double share_told_in_vain(const RoundReport& report) const;
  [[nodiscard]] bool is_overdue(std::size_t j) const { return j < overdue_.size() && overdue_[j] != 0; }
  [[nodiscard]] double typical_time(const RoundReport& report) const;
  void remember_first(const RoundReport& report);
  [[nodiscard]] double cost_of_trial(const RoundReport& last);
  void compare_with_first(const RoundReport& last);
  [[nodiscard]] double next_check(const RoundReport& report, const Copies& copies) const;
  [[nodiscard]] RoundState state_from(const RoundReport& report) const;
  void find_broken_promises(const RoundReport& report, const Copies& copies);
  [[nodiscard]] std::size_t count_found_out() const;
  [[nodiscard]] Decision fall_back(const RoundReport& report);
  [[nodiscard]] Decision plan_rest(const RoundReport& report, const Copies& copies, bool tells);
  [[nodiscard]] double listen_again(const RoundReport& report, double left) const;
  void promise(const RoundReport& report, const RoundState& state);

  std::shared_ptr<const Plan> plan_;
  ReplanOptions options_;
  FlowPlanner flow_;
  SpeedBook speeds_;
  double mean_took_ = 0;  // recent rounds; 0: none yet
  /// By how much chunks that were begun after the first plan of a round missed the range that their worker
  /// had shown by then: mean |log|, recent rounds.
  double surprise_ = 0;
  struct First {
    SpeedRange range;
    std::size_t done = 0;
    bool counts = false;
  };
  std::vector<First> first_;  // empty: no plan was asked for in this round
  OrderWorth worth_;
  bool told_ = false;  // orders, in this round
  struct Trial {       // orders that were worked out in this round and not told, and what from
    double now = 0;
    RoundState state;
    SlotOrders present;
    SlotOrders orders;
    std::vector<double> in_hand_for;
  };
  std::optional<Trial> trial_;
  unsigned listenings_ = 0;
  double until_ = WorkerState::kNever;  // by the last plan
  bool fallen_back_ = false;            // in this round
  std::vector<Promise> promises_;       // empty: no plan in this round
  std::vector<std::uint8_t> overdue_;   // in this round: did not finish what it should have by its own word
};

}  // namespace gleaner
