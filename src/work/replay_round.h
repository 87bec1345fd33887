// A round on paper: when is the rule exact met, if every worker takes so long for each of its chunks?
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <vector>

#include "adapt/flow_order.h"
#include "coding/plan.h"
#include "protocol/server_options.h"

namespace gleaner {

/// No messages, no losses on the way: what is finished is known at once. On an ideal network a round of the
/// simulator (sim/cluster.h) with these chunk times takes just as long, static or skip, which the tests say.
/// Under replan the orders are those of a plan that knows all times from the start of the round on (flow and
/// LIST): the round without what listening and guessing cost. Reuses its memory; belongs to one thread.
class RoundReplay {
 public:
  /// The chunk time of a worker that is lost before it has finished anything; the time of a round that never
  /// ends.
  static constexpr Duration kNever = Duration::max();

  /// Orders, blocks and method are those of the plan; policy and margin those of `options`, as far as they
  /// mean something to the method. (A replay of replan knows no margin.)
  RoundReplay(std::shared_ptr<const Plan> plan, const ServerOptions& options);

  /// `times`: of a chunk, by worker, >= 0 or kNever. O(copies) without skipping, O(copies log workers) with,
  /// and a flow more with re-planning.
  [[nodiscard]] Duration run(std::span<const Duration> times);

 private:
  struct Due {
    Duration at;
    std::uint32_t worker;
    std::uint32_t serial;
    bool operator>(const Due& o) const { return at != o.at ? at > o.at : worker > o.worker; }
  };
  struct Worker {
    std::size_t next = 0;      // place in its order from which on chunks may be left to do
    std::uint32_t serial = 0;  // tells the chunk in hand from those it was stopped in
    bool busy = false;
  };
  [[nodiscard]] Duration fixed(std::span<const Duration> times);
  [[nodiscard]] Duration skipping(std::span<const Duration> times);
  [[nodiscard]] Duration replanning(std::span<const Duration> times);
  void take_next(std::uint32_t worker, Duration now, Duration takes);

  std::shared_ptr<const Plan> plan_;
  std::size_t blocks_;
  std::size_t enough_;                // copies at which a chunk is left out
  Policy policy_;                     // fixed for all methods but partial
  bool whole_;                        // a chunk counts when its worker has finished all of them
  std::vector<std::uint32_t> first_;  // of each worker in place_
  std::vector<std::uint32_t> place_;  // of each slot in the order of its worker
  std::vector<Duration> copies_;
  std::vector<std::uint32_t> count_;  // copies of each chunk
  std::vector<Worker> workers_;
  std::vector<Due> due_;  // a heap
  RoundState start_;      // for plans
  FlowPlanner flow_;
};

}  // namespace gleaner
