// What `train` does when no optimiser or learning rate is given.
#pragma once

#include <optional>
#include <string_view>

#include "training/optimizer.h"

namespace gleaner {

/// The options of `kind`, or of the default optimiser (momentum) if there is none, with a learning rate that
/// suits the objective ("softmax", "logistic", "linear" or "mlp"; any other name gets cautious values).
///
/// Optimisers of local updates take the mean of the models, or small steps on the scale of Reddi et al.:
/// whatever the objective.
///
/// Tuned for 100 full-batch rounds from zero on features of order 1 (pixels / 255, binary features);
/// defaults_test.cc holds the accuracies that they reach.
[[nodiscard]] OptimizerOptions default_optimizer(std::string_view objective,
                                                 std::optional<OptimizerKind> kind = std::nullopt);

/// The learning rate of local steps: plain gradient descent's.
[[nodiscard]] double default_local_rate(std::string_view objective);

}  // namespace gleaner
