#include "runtime/plan_thread.h"

#include <utility>

namespace gleaner {

PlanThread::PlanThread(std::shared_ptr<const Plan> plan, const ServerOptions& options,
                       std::function<Time()> time, std::function<void(OrdersReady)> answered)
    : time_(std::move(time)),
      answered_(std::move(answered)),
      desk_(std::move(plan), options, Duration::zero()),
      thread_([this] { loop(); }) {}

PlanThread::~PlanThread() {
  questions_.push(std::nullopt);
  thread_.join();
}

void PlanThread::loop() {
  while (const std::optional<Replan> question = questions_.pop()) {
    OrdersReady ready;
    {
      const std::scoped_lock lock(mutex_);
      ready = desk_.answer(time_(), *question);
    }
    answered_(std::move(ready));
  }
}

BeginRound PlanThread::begin_round(RoundId round) {
  const std::scoped_lock lock(mutex_);
  return desk_.begin_round(round);
}

void PlanThread::learn(Time now, const RoundShown& shown) {
  const std::scoped_lock lock(mutex_);
  desk_.learn(now, shown);
}

std::vector<double> PlanThread::state() const {
  const std::scoped_lock lock(mutex_);
  return desk_.state();
}

void PlanThread::restore(std::span<const double> state) {
  const std::scoped_lock lock(mutex_);
  desk_.restore(state);
}

}  // namespace gleaner
