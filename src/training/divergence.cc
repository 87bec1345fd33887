#include "training/divergence.h"

#include <cmath>

#include <fmt/format.h>

namespace gleaner {
namespace {

constexpr double kBeyondHope = 1e6;
constexpr double kSuspicious = 1e3;
constexpr std::uint64_t kRisesInARow = 5;

}  // namespace

std::string smaller_rate_advice(double learning_rate) {
  return fmt::format("lower --lr from {:g} to {:.2g}, or begin with a warm-up (--schedule warmup:rounds=20)",
                     learning_rate, learning_rate / 10);
}

std::string smaller_local_rate_advice(double local_rate, double learning_rate) {
  return fmt::format("lower --local-lr from {:g} to {:.2g}, or --lr from {:g} to {:.2g}", local_rate,
                     local_rate / 10, learning_rate, learning_rate / 10);
}

Error DivergenceWatch::bad_parameters(std::uint64_t round) const {
  return run_failed(
      fmt::format("the training diverged: the step of round {} led to parameters that are not finite", round),
      advice_);
}

Status DivergenceWatch::judge(std::uint64_t round, double loss) {
  if (!std::isfinite(loss) && round == 1) {
    return run_failed("the loss is not finite at the starting point",
                      "look for huge values in the data, and scale the features to about 1");
  }
  if (!std::isfinite(loss)) {
    return run_failed(
        fmt::format("the training diverged: the loss is not finite in round {}, it was {:.4g} at first",
                    round, state_.first),
        advice_);
  }
  state_.risen = loss > state_.last ? state_.risen + 1 : 0;
  state_.last = loss;
  if (!(state_.first > 0)) state_.first = loss;
  const bool suspicious = loss > kSuspicious * state_.first && state_.risen >= kRisesInARow;
  if (!(state_.first > 0) || !(suspicious || loss > kBeyondHope * state_.first)) return {};
  return run_failed(fmt::format("the training diverges: the loss has grown from {:.4g} to {:.4g} by round {}",
                                state_.first, loss, round),
                    advice_);
}

}  // namespace gleaner
