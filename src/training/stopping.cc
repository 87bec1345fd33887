#include "training/stopping.h"

#include <fmt/format.h>

namespace gleaner {

Status check(const Stopping& stopping) {
  if (const auto target = stopping.target_accuracy; target && !(*target > 0 && *target <= 1)) {
    return bad_input(fmt::format("--target-accuracy {} is not a share of the samples", *target),
                     "give a number above 0, at most 1, like 0.95");
  }
  if (stopping.time_limit && *stopping.time_limit <= Duration::zero()) {
    return bad_input("--time-limit 0 leaves no time", "give a time above 0, like 5min");
  }
  return {};
}

std::optional<std::string> reason_to_stop(const Stopping& stopping, const RoundRecord& last,
                                          Duration elapsed) {
  const double accuracy = stopping.on_test_set ? last.test_accuracy : last.accuracy;
  if (stopping.target_accuracy && accuracy >= *stopping.target_accuracy) {  // false for NaN: not measured
    return fmt::format("target {}accuracy {} reached in round {}", stopping.on_test_set ? "test " : "",
                       *stopping.target_accuracy, last.round);
  }
  if (stopping.time_limit && elapsed >= *stopping.time_limit) {
    return fmt::format("time limit {}s reached after round {}",
                       static_cast<double>(stopping.time_limit->count()) / 1e9, last.round);
  }
  return std::nullopt;
}

}  // namespace gleaner
