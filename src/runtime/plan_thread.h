// The thread on which a server's orders are worked out.
#pragma once

#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "runtime/mailbox.h"
#include "work/replan_desk.h"

namespace gleaner {

/// Owns one thread and the desk. Questions are answered there, in order; everything else is done by the
/// caller, one other thread, and waits for an answer that is being worked out: some milliseconds.
class PlanThread {
 public:
  /// `time` tells what time it is in the run; it and `answered` are called on this thread.
  PlanThread(std::shared_ptr<const Plan> plan, const ServerOptions& options, std::function<Time()> time,
             std::function<void(OrdersReady)> answered);
  ~PlanThread();
  PlanThread(const PlanThread&) = delete;
  PlanThread& operator=(const PlanThread&) = delete;

  void ask(Replan question) { questions_.push(std::move(question)); }

  [[nodiscard]] BeginRound begin_round(RoundId round);
  void learn(Time now, const RoundShown& shown);
  [[nodiscard]] std::vector<double> state() const;
  void restore(std::span<const double> state);

 private:
  void loop();

  std::function<Time()> time_;
  std::function<void(OrdersReady)> answered_;
  mutable std::mutex mutex_;
  ReplanDesk desk_;
  Mailbox<std::optional<Replan>> questions_;  // nothing: quit
  std::thread thread_;                        // last: it uses all of the above
};

}  // namespace gleaner
