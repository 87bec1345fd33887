// First-order optimisers: how a mean gradient moves the parameters.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace gleaner {

enum class OptimizerKind : std::uint8_t { sgd, momentum, nesterov, adam, fedavg, fedavgm, fedadam };

[[nodiscard]] std::string_view name_of(OptimizerKind kind);
/// "sgd", "momentum", "nesterov", "adam", "fedavg", "fedavgm" or "fedadam"; the error suggests these.
[[nodiscard]] Result<OptimizerKind> parse_optimizer(std::string_view name);

/// Whether it is meant for the mean of changes that local steps made (local_updates.h), not for a gradient.
[[nodiscard]] bool is_federated(OptimizerKind kind);

struct OptimizerOptions {
  OptimizerKind kind = OptimizerKind::sgd;
  double learning_rate = 0.1;  ///< eta > 0
  double momentum = 0.9;       ///< beta in [0, 1): momentum, nesterov, fedavgm; beta1 of the adams
  double beta2 = 0.999;        ///< in [0, 1): adam, fedadam
  double epsilon = 1e-8;       ///< > 0: adam; tau of fedadam

  bool operator==(const OptimizerOptions&) const = default;
};

/// Length of Optimizer::state() for a model of `size` parameters.
[[nodiscard]] std::size_t state_size(OptimizerKind kind, std::size_t size);

/// Whether the options make sense; the error names the flag and its range.
[[nodiscard]] Status check(const OptimizerOptions& options);

/// Moves parameters theta against a gradient g (the mean over samples, L2 included). Step t = 1, 2, ..; eta
/// is the learning rate times the `rate_factor` of the step:
///
///   sgd       theta <- theta - eta g
///   momentum  v <- beta v + g;  theta <- theta - eta v                                   (v = 0 at first)
///   nesterov  v <- beta v + g;  theta <- theta - eta (g + beta v)                        (v = 0 at first)
///             (the look-ahead point is the theta that is kept: I. Sutskever et al., "On the importance of
///             initialization and momentum in deep learning", ICML 2013)
///   adam      m <- beta m + (1 - beta) g;  s <- beta2 s + (1 - beta2) g^2                (m = s = 0 at
///   first)
///             theta <- theta - eta (m / (1 - beta^t)) / (sqrt(s / (1 - beta2^t)) + epsilon)
///             (D. P. Kingma, J. Ba, "Adam: a method for stochastic optimization", ICLR 2015)
///   fedavg    as sgd:      theta <- theta - eta g, of which eta = 1 is the mean of the local models
///   fedavgm   as momentum: v <- beta v + g;  theta <- theta - eta v                      (v = 0 at first)
///   fedadam   m <- beta m + (1 - beta) g;  s <- beta2 s + (1 - beta2) g^2                (m = 0, s = tau^2)
///             theta <- theta - eta m / (sqrt(s) + tau)
///             (S. Reddi et al., "Adaptive federated optimization", ICLR 2021, algorithm 2)
///
/// The state is kept and the new theta computed in double precision, entry by entry; theta is rounded to
/// float once per step. Value type: a copy continues independently. Not thread safe, as any value.
class Optimizer {
 public:
  /// REQUIRES: check(options).ok().
  Optimizer(const OptimizerOptions& options, std::size_t size);

  /// REQUIRES: both spans have `size` entries; rate_factor >= 0 (a schedule's, see schedule.h).
  void step(std::span<float> parameters, std::span<const float> gradient, double rate_factor = 1);

  [[nodiscard]] const OptimizerOptions& options() const { return options_; }
  /// Steps taken.
  [[nodiscard]] std::uint64_t steps() const { return steps_; }
  /// What a checkpoint must keep besides theta and steps(): nothing (sgd, fedavg), v (momentum,
  /// nesterov, fedavgm), m then s (adam, fedadam).
  [[nodiscard]] std::span<const double> state() const { return state_; }
  /// Continues where another optimiser with the same options and size stood. Error: a state of another
  /// length.
  [[nodiscard]] Status restore(std::uint64_t steps, std::span<const double> state);

 private:
  OptimizerOptions options_;
  std::size_t size_;
  std::uint64_t steps_ = 0;
  std::vector<double> state_;
};

}  // namespace gleaner
