// Is the training still going anywhere?
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <utility>

#include "base/result.h"

namespace gleaner {

/// "lower --lr from 0.5 to 0.05, or begin with a warm-up (..)".
[[nodiscard]] std::string smaller_rate_advice(double learning_rate);
/// The same for local steps, where two rates may be too large.
[[nodiscard]] std::string smaller_local_rate_advice(double local_rate, double learning_rate);

/// Looks at the loss of every round and says when there is no way back. The rules are meant never to stop a
/// training that could have recovered; l_1 is the first loss above 0:
///
///   the loss is not finite;  the loss is above 10^6 l_1;
///   the loss is above 10^3 l_1 and has risen five rounds in a row.
///
/// Errors are sentences with advice (a smaller --lr, by number). Value type.
class DivergenceWatch {
 public:
  /// What a checkpoint keeps.
  struct State {
    double first = std::numeric_limits<double>::quiet_NaN();  ///< l_1; NaN: none yet
    double last = std::numeric_limits<double>::quiet_NaN();
    std::uint64_t risen = 0;  ///< rounds in a row in which the loss rose
  };

  /// `advice`: what to do about it.
  explicit DivergenceWatch(std::string advice) : advice_(std::move(advice)) {}

  /// The loss at the start of `round` (1, 2, ..).
  [[nodiscard]] Status judge(std::uint64_t round, double loss);
  /// The error of a step of `round` that gave parameters which are not finite.
  [[nodiscard]] Error bad_parameters(std::uint64_t round) const;

  [[nodiscard]] const State& state() const { return state_; }
  void restore(const State& state) { state_ = state; }

 private:
  std::string advice_;
  State state_;
};

}  // namespace gleaner
