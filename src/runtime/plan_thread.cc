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
  tasks_.push(Quit{});
  thread_.join();
}

void PlanThread::loop() {
  for (;;) {
    const Task task = tasks_.pop();
    if (std::holds_alternative<Quit>(task)) return;
    if (const auto* question = std::get_if<Replan>(&task)) {
      OrdersReady ready;
      {
        const std::scoped_lock lock(mutex_);
        ready = desk_.answer(time_(), *question);
      }
      answered_(std::move(ready));
      continue;
    }
    const auto& lesson = std::get<Lesson>(task);
    {
      const std::scoped_lock lock(mutex_);
      desk_.learn(lesson.at, lesson.shown);
    }
    {
      const std::scoped_lock lock(lessons_mutex_);
      --lessons_;
    }
    learned_.notify_all();
  }
}

std::unique_lock<std::mutex> PlanThread::caught_up() const {
  {
    std::unique_lock lock(lessons_mutex_);
    learned_.wait(lock, [this] { return lessons_ == 0; });
  }
  return std::unique_lock(mutex_);
}

BeginRound PlanThread::begin_round(RoundId round) {
  const auto lock = caught_up();
  return desk_.begin_round(round);
}

void PlanThread::learn(Time now, RoundShown shown) {
  {
    const std::scoped_lock lock(lessons_mutex_);
    ++lessons_;
  }
  tasks_.push(Lesson{now, std::move(shown)});
}

std::vector<double> PlanThread::state() const {
  const auto lock = caught_up();
  return desk_.state();
}

void PlanThread::restore(std::span<const double> state) {
  const auto lock = caught_up();
  desk_.restore(state);
}

}  // namespace gleaner
