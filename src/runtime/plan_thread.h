// The thread on which a server's orders are worked out.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <variant>
#include <vector>

#include "runtime/mailbox.h"
#include "work/replan_desk.h"

namespace gleaner {

/// Owns one thread and the desk. Questions are answered and rounds are learned from there, in order, and
/// nobody waits for it; the rest is done by the caller, one other thread, after what was asked and shown
/// before: some milliseconds, that a round has while its vectors are on the way.
class PlanThread {
 public:
  /// `time` tells what time it is in the run; it and `answered` are called on this thread.
  PlanThread(std::shared_ptr<const Plan> plan, const ServerOptions& options, std::function<Time()> time,
             std::function<void(OrdersReady)> answered);
  ~PlanThread();
  PlanThread(const PlanThread&) = delete;
  PlanThread& operator=(const PlanThread&) = delete;

  void ask(Replan question) { tasks_.push(std::move(question)); }

  [[nodiscard]] BeginRound begin_round(RoundId round);
  void learn(Time now, RoundShown shown);
  [[nodiscard]] std::vector<double> state() const;
  void restore(std::span<const double> state);

 private:
  struct Lesson {
    Time at{};
    RoundShown shown;
  };
  struct Quit {};
  using Task = std::variant<Replan, Lesson, Quit>;
  void loop();
  /// The desk, when all lessons so far are learned.
  [[nodiscard]] std::unique_lock<std::mutex> caught_up() const;

  std::function<Time()> time_;
  std::function<void(OrdersReady)> answered_;
  mutable std::mutex mutex_;  // of the desk
  ReplanDesk desk_;
  mutable std::mutex lessons_mutex_;
  mutable std::condition_variable learned_;
  std::size_t lessons_ = 0;  // that are not learned yet
  Mailbox<Task> tasks_;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace gleaner
