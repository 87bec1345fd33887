#include "training/optimizer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/check.h"

namespace gleaner {
namespace {

constexpr OptimizerKind kKinds[] = {OptimizerKind::sgd,    OptimizerKind::momentum, OptimizerKind::nesterov,
                                    OptimizerKind::adam,   OptimizerKind::fedavg,   OptimizerKind::fedavgm,
                                    OptimizerKind::fedadam};

void sgd_step(double eta, std::span<float> theta, std::span<const float> g) {
  for (std::size_t i = 0; i < theta.size(); ++i) theta[i] = static_cast<float>(theta[i] - eta * g[i]);
}

void momentum_step(double eta, double beta, std::span<float> theta, std::span<const float> g,
                   std::span<double> v) {
  for (std::size_t i = 0; i < theta.size(); ++i) {
    v[i] = beta * v[i] + g[i];
    theta[i] = static_cast<float>(theta[i] - eta * v[i]);
  }
}

void nesterov_step(double eta, double beta, std::span<float> theta, std::span<const float> g,
                   std::span<double> v) {
  for (std::size_t i = 0; i < theta.size(); ++i) {
    v[i] = beta * v[i] + g[i];
    theta[i] = static_cast<float>(theta[i] - eta * (g[i] + beta * v[i]));
  }
}

// beta^t by squaring, with + and * alone: pow of the C library differs between machines.
double power(double beta, std::uint64_t t) {
  double result = 1;
  for (; t != 0; t >>= 1, beta *= beta) {
    if ((t & 1) != 0) result *= beta;
  }
  return result;
}

void adam_step(const OptimizerOptions& o, double eta, std::uint64_t t, std::span<float> theta,
               std::span<const float> g, std::span<double> m, std::span<double> s) {
  const double unbias_m = 1 / (1 - power(o.momentum, t));
  const double unbias_s = 1 / (1 - power(o.beta2, t));
  for (std::size_t i = 0; i < theta.size(); ++i) {
    const double gi = g[i];
    m[i] = o.momentum * m[i] + (1 - o.momentum) * gi;
    s[i] = o.beta2 * s[i] + (1 - o.beta2) * gi * gi;
    const double step = m[i] * unbias_m / (std::sqrt(s[i] * unbias_s) + o.epsilon);
    theta[i] = static_cast<float>(theta[i] - eta * step);
  }
}

void fedadam_step(const OptimizerOptions& o, double eta, std::span<float> theta, std::span<const float> g,
                  std::span<double> m, std::span<double> s) {
  for (std::size_t i = 0; i < theta.size(); ++i) {
    const double gi = g[i];
    m[i] = o.momentum * m[i] + (1 - o.momentum) * gi;
    s[i] = o.beta2 * s[i] + (1 - o.beta2) * gi * gi;
    theta[i] = static_cast<float>(theta[i] - eta * m[i] / (std::sqrt(s[i]) + o.epsilon));
  }
}

Error out_of_range(std::string_view what, double value, std::string_view range) {
  return bad_input(fmt::format("{} is {}, expected a number {}", what, value, range),
                   fmt::format("give {} a value {}", what, range));
}

}  // namespace

std::size_t state_size(OptimizerKind kind, std::size_t size) {
  switch (kind) {
    case OptimizerKind::sgd:
    case OptimizerKind::fedavg: return 0;
    case OptimizerKind::momentum:
    case OptimizerKind::nesterov:
    case OptimizerKind::fedavgm: return size;
    case OptimizerKind::adam:
    case OptimizerKind::fedadam: return 2 * size;
  }
  return 0;
}

std::string_view name_of(OptimizerKind kind) {
  switch (kind) {
    case OptimizerKind::sgd: return "sgd";
    case OptimizerKind::momentum: return "momentum";
    case OptimizerKind::nesterov: return "nesterov";
    case OptimizerKind::adam: return "adam";
    case OptimizerKind::fedavg: return "fedavg";
    case OptimizerKind::fedavgm: return "fedavgm";
    case OptimizerKind::fedadam: return "fedadam";
  }
  return "";
}

bool is_federated(OptimizerKind kind) {
  return kind == OptimizerKind::fedavg || kind == OptimizerKind::fedavgm || kind == OptimizerKind::fedadam;
}

Result<OptimizerKind> parse_optimizer(std::string_view name) {
  for (const OptimizerKind kind : kKinds) {
    if (name == name_of(kind)) return kind;
  }
  return bad_input(
      fmt::format("there is no optimizer '{}'", name),
      "give --optimizer sgd, momentum, nesterov or adam; of --local-steps: fedavg, fedavgm or fedadam");
}

Status check(const OptimizerOptions& o) {
  if (!(o.learning_rate > 0) || !std::isfinite(o.learning_rate))
    return out_of_range("--lr", o.learning_rate, "above 0");
  if (!(o.momentum >= 0 && o.momentum < 1)) return out_of_range("--momentum", o.momentum, "in [0, 1)");
  if (!(o.beta2 >= 0 && o.beta2 < 1)) return out_of_range("beta2", o.beta2, "in [0, 1)");
  if (!(o.epsilon > 0) || !std::isfinite(o.epsilon)) return out_of_range("epsilon", o.epsilon, "above 0");
  return {};
}

Optimizer::Optimizer(const OptimizerOptions& options, std::size_t size)
    : options_(options), size_(size), state_(state_size(options.kind, size), 0.0) {
  GLEANER_CHECK(check(options).ok(), "options that check() refuses");
  if (options.kind == OptimizerKind::fedadam) {
    const auto s = state_.begin() + static_cast<std::ptrdiff_t>(size);
    std::fill(s, state_.end(), options.epsilon * options.epsilon);
  }
}

void Optimizer::step(std::span<float> parameters, std::span<const float> gradient, double rate_factor) {
  GLEANER_CHECK(parameters.size() == size_ && gradient.size() == size_, "vectors of another model");
  ++steps_;
  const double eta = options_.learning_rate * rate_factor;
  const double beta = options_.momentum;
  const std::span<double> state(state_);
  switch (options_.kind) {
    case OptimizerKind::sgd:
    case OptimizerKind::fedavg: return sgd_step(eta, parameters, gradient);
    case OptimizerKind::momentum:
    case OptimizerKind::fedavgm: return momentum_step(eta, beta, parameters, gradient, state);
    case OptimizerKind::nesterov: return nesterov_step(eta, beta, parameters, gradient, state);
    case OptimizerKind::adam:
      return adam_step(options_, eta, steps_, parameters, gradient, state.first(size_), state.last(size_));
    case OptimizerKind::fedadam:
      return fedadam_step(options_, eta, parameters, gradient, state.first(size_), state.last(size_));
  }
}

Status Optimizer::restore(std::uint64_t steps, std::span<const double> state) {
  if (state.size() != state_.size())
    return bad_input(fmt::format("the state kept for {} has {} numbers, expected {}", name_of(options_.kind),
                                 state.size(), state_.size()),
                     "resume with the optimizer and the model that wrote the checkpoint");
  steps_ = steps;
  state_.assign(state.begin(), state.end());
  return {};
}

}  // namespace gleaner
