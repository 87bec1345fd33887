// When to listen, and what to make of what was heard: orders for the rest of a round (beyond.md section 3).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "adapt/flow_order.h"
#include "adapt/round_state.h"
#include "adapt/speed_book.h"
#include "coding/plan.h"

namespace gleaner {

/// What a server knows of a worker in the middle of a round. Times in seconds.
struct WorkerReport {
  bool works = false;  ///< it is there, and may compute
  SlotSet done;        ///< copies that count
  SlotSet excluded;    ///< rejected
  double elapsed = 0;  ///< on the attempt at a chunk that tells most about its speed; 0: it has told nothing
  unsigned parts = 0;  ///< of that chunk, of ReplanOptions::parts
  std::optional<Slot> in_hand;  ///< at the time of its last report
  double in_hand_for = 0;       ///< by now
  std::span<const Slot> order;  ///< that it follows
};

struct RoundReport {
  double now = 0;     ///< since the round began, > 0
  bool late = false;  ///< the round should be over by the last plan
  std::vector<WorkerReport> workers;
};

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

  /// When workers should tell how far they are, after the start of the round that comes; 0: as soon as
  /// anybody has finished anything.
  ///
  /// A worker is of use in a round of length T if a chunk takes it less than T, and by T / parts it has shown
  /// its first part: 0.9 of that, T being the recent rounds' mean, of which listening itself is a part.
  [[nodiscard]] double listen_after() const;

  struct Decision {
    /// Whom to tell what: for every worker its new order, empty if it keeps the one it has; none at all if
    /// nobody needs one.
    std::optional<SlotOrders> orders;
    double until = WorkerState::kNever;  ///< forecast of the round's end, since it began
    double listen_again = 0;             ///< since the round began; 0: not in this round
    bool fell_back = false;  ///< reports were contradicted by what was done: back to the plan's order
    bool by_flow = false;
  };
  [[nodiscard]] Decision decide(const RoundReport& report);

  /// The chunk times that a round has shown, as far as they are known; +inf for workers that were not there.
  [[nodiscard]] std::vector<double> chunk_times(const RoundReport& report) const;

  /// The round is over: how long it took until the signal, and what was heard last.
  void end_round(double took, const RoundReport& last);

  [[nodiscard]] const SpeedBook& speeds() const { return speeds_; }
  /// Numbers of a state.
  [[nodiscard]] static std::size_t state_size(std::size_t workers) { return 2 * workers + 2; }
  /// For checkpoints, as SpeedBook's.
  [[nodiscard]] std::vector<double> state() const;
  [[nodiscard]] bool restore(std::span<const double> state);

 private:
  struct Promise {  // what the last plan of this round counted on
    double chunk_time = WorkerState::kNever;
    std::size_t done = 0;
    double since = 0;
  };

  [[nodiscard]] std::optional<SpeedRange> told_range(const WorkerReport& w) const;
  [[nodiscard]] std::optional<SpeedRange> range_of_worker(const RoundReport& report, std::size_t j) const;
  [[nodiscard]] std::vector<std::uint32_t> copies_in(const RoundReport& report) const;
  void find_contradictions(const RoundReport& report);
  [[nodiscard]] RoundState state_from(const RoundReport& report) const;
  void find_broken_promises(const RoundReport& report);
  [[nodiscard]] std::size_t count_found_out() const;
  [[nodiscard]] Decision fall_back(const RoundReport& report);
  void promise(const RoundReport& report, const RoundState& state);

  std::shared_ptr<const Plan> plan_;
  ReplanOptions options_;
  FlowPlanner flow_;
  SpeedBook speeds_;
  double mean_took_ = 0;  // recent rounds; 0: none yet
  unsigned listenings_ = 0;
  bool fallen_back_ = false;       // in this round
  std::vector<Promise> promises_;  // empty: no plan in this round
};

}  // namespace gleaner
