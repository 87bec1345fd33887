#include "training/defaults.h"

namespace gleaner {
namespace {

struct Rates {
  double sgd, momentum, adam;
};

Rates rates_of(std::string_view objective) {
  if (objective == "softmax") return {0.5, 0.1, 0.01};
  if (objective == "logistic") return {1.0, 0.2, 0.05};
  if (objective == "mlp") return {0.5, 0.2, 0.01};
  // The squared loss curves as much as E ||x||^2, about 100 for pixels; steps above 2 / that diverge.
  if (objective == "linear") return {0.01, 0.005, 0.01};
  if (objective == "torchscript") return {0.05, 0.02, 0.002};
  if (objective == "charlm") return {0.5, 0.2, 0.003};
  return {0.01, 0.001, 0.001};
}

}  // namespace

OptimizerOptions default_optimizer(std::string_view objective, std::optional<OptimizerKind> kind) {
  OptimizerOptions options;
  const bool deep = objective == "torchscript" || objective == "charlm";
  options.kind = kind.value_or(deep ? OptimizerKind::adam : OptimizerKind::momentum);
  const Rates rates = rates_of(objective);
  switch (options.kind) {
    case OptimizerKind::sgd: options.learning_rate = rates.sgd; break;
    case OptimizerKind::momentum:
    case OptimizerKind::nesterov: options.learning_rate = rates.momentum; break;
    case OptimizerKind::adam: options.learning_rate = rates.adam; break;
    case OptimizerKind::fedavg:
    case OptimizerKind::fedavgm: options.learning_rate = 1; break;
    case OptimizerKind::fedadam:
      options.learning_rate = 0.01;
      options.beta2 = 0.99;
      options.epsilon = 1e-3;
      break;
  }
  return options;
}

double default_local_rate(std::string_view objective) { return rates_of(objective).sgd; }

}  // namespace gleaner
