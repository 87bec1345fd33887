// What each worker's slowness cost in a round.
//
//   cost of worker j = (the round, replayed with the observed chunk times)
//                    - (the same with worker j at the median of the observed chunk times)
//
// Both are replays (replay_round.h), so that like is compared with like: under replan each with the orders of
// a plan that knows its times, else with those of the plan, even where others were learned. The observed time
// of a worker is the mean over what it finished in the round. One that finished nothing was slower than the
// longest time that it spent on one chunk: that is taken, and its cost is then that of the median against
// this bound. A cost is not known (SlownessCost::rounds is 0) of a worker that was lost in the round or never
// began, in rounds with another rule than exact, and where a round without such a worker could not have
// ended. Costs are not parts of a whole: two slow workers may each cost nothing, since either alone is enough
// to wait for.
#pragma once

#include <memory>
#include <vector>

#include "training/ledger_page.h"
#include "work/ledger.h"
#include "work/replay_round.h"

namespace gleaner {

/// Belongs to one thread.
class Slowness {
 public:
  /// A round of more workers than this is replayed for the slowest kSlowest only: the cost of the others is
  /// not known.
  static constexpr std::size_t kWorkersMax = 32;
  static constexpr std::size_t kSlowest = 16;

  Slowness(std::shared_ptr<const Plan> plan, const ServerOptions& options);

  /// By worker, for the round that `ledger` saw last. At most kWorkersMax + 1 replays.
  [[nodiscard]] std::vector<SlownessCost> of_round(const Ledger& ledger);

 private:
  [[nodiscard]] Duration median() const;

  std::shared_ptr<const Plan> plan_;
  bool known_;
  RoundReplay replay_;
  std::vector<Duration> times_;
};

}  // namespace gleaner
