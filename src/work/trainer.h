// From a recovered gradient to new parameters.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "objective/objective.h"
#include "training/divergence.h"
#include "training/optimizer.h"
#include "training/schedule.h"
#include "work/chunk_task.h"

namespace gleaner {

/// Owns the parameters and the optimiser of a run; applies every round exactly once.
///
/// Loss and gradient of a round, from the recovered sums over chunks (g, tallies):
///   gradient = g / samples + lambda theta,   loss = tallies.loss / samples + lambda / 2 ||theta||^2
/// over the trained entries theta of the parameters; an entry that is a buffer becomes g / samples. An
/// objective whose vectors have L2 in them (has_l2) gets no lambda theta here, but the same loss.
/// `samples` is recovered like the gradient: in an approximate round both speak of the chunks that were
/// recovered. Belongs to one thread at a time.
class Trainer {
 public:
  /// `advice` on training that diverges: empty for a smaller --lr. REQUIRES: check(optimizer).ok().
  Trainer(std::shared_ptr<const Objective> objective, const OptimizerOptions& optimizer, double l2,
          std::uint64_t seed, const Schedule& schedule = {}, std::string advice = {});

  /// What a later life of the server needs to go on from here.
  struct State {
    Parameters parameters;
    std::uint64_t steps = 0;
    std::vector<double> optimizer;  ///< Optimizer::state()
    DivergenceWatch::State watch;
  };
  [[nodiscard]] State state() const;
  /// Goes on where another trainer with the same objective and options stood. REQUIRES: fits(..).
  void restore(const State& state);
  /// Whether the lengths are those of this objective and optimiser.
  [[nodiscard]] static bool fits(const State& state, const Objective& objective, OptimizerKind kind);

  /// The parameters of the next round. Shared: a step makes a new vector.
  [[nodiscard]] Parameters parameters() const { return parameters_; }

  struct Step {
    double loss = 0;      ///< mean over samples, L2 included, at the parameters before the step
    double accuracy = 0;  ///< share of samples predicted correctly; NaN if the objective does not classify
    double learning_rate = 0;  ///< with which the step was made: the optimiser's times the schedule's factor
  };
  /// Steps with the sums over chunks (objective.dimension() floats). Errors: no sample in them; the training
  /// diverges (divergence.h). Then the model is left as it was.
  Result<Step> step(std::span<const float> sums);

  /// Share of `samples` that the parameters predict correctly; NaN if the objective does not classify. Slow.
  [[nodiscard]] double accuracy_on(const Samples& samples) const;

  /// ||ghat - sum_i g_i|| / sum_i ||g_i|| for the sums of `round` at `parameters`, over the trained entries,
  /// the reference by plain double-precision loops over the data (cli.md). Slow: outside the timed part of a
  /// round.
  [[nodiscard]] double gradient_error(std::span<const float> sums, const std::vector<float>& parameters,
                                      RoundId round) const;

 private:
  std::shared_ptr<const Objective> objective_;
  Optimizer optimizer_;
  Schedule schedule_;
  DivergenceWatch watch_;
  double l2_;
  Parameters parameters_;
};

}  // namespace gleaner
