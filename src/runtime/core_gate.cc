#include "runtime/core_gate.h"

#include <thread>

namespace gleaner {

CoreGate& CoreGate::of_process() {
  static CoreGate gate(std::thread::hardware_concurrency());
  return gate;
}

void CoreGate::enter() {
  const std::scoped_lock lock(mutex_);
  ++inside_;
}

bool CoreGate::enter_when_idle(std::chrono::steady_clock::time_point until,
                               const std::function<bool()>& give_up) {
  std::unique_lock lock(mutex_);
  changed_.wait_until(lock, until, [&] { return inside_ < cores_ || give_up(); });
  if (give_up()) return false;
  ++inside_;
  return true;
}

void CoreGate::leave() {
  {
    const std::scoped_lock lock(mutex_);
    --inside_;
  }
  changed_.notify_all();
}

bool CoreGate::is_crowded() const {
  const std::scoped_lock lock(mutex_);
  return inside_ > cores_;
}

void CoreGate::wake() {
  { const std::scoped_lock lock(mutex_); }  // who is about to wait either has seen the change, or hears of it
  changed_.notify_all();
}

}  // namespace gleaner
