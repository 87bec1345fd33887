#include "work/trainer.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "coding/kernels.h"

namespace gleaner {
namespace {

Parameters starting_point(const Objective& objective, std::uint64_t seed) {
  auto start = std::make_shared<std::vector<float>>(objective.parameters());
  objective.initial(seed, *start);
  return start;
}

}  // namespace

Trainer::Trainer(std::shared_ptr<const Objective> objective, const OptimizerOptions& optimizer, double l2,
                 std::uint64_t seed, const Schedule& schedule, std::string advice)
    : objective_(std::move(objective)),
      optimizer_(optimizer, objective_->trained()),
      schedule_(schedule),
      watch_(advice.empty() ? smaller_rate_advice(optimizer.learning_rate) : std::move(advice)),
      l2_(l2),
      parameters_(starting_point(*objective_, seed)) {}

Trainer::State Trainer::state() const {
  const auto kept = optimizer_.state();
  return {parameters_, optimizer_.steps(), {kept.begin(), kept.end()}, watch_.state()};
}

bool Trainer::fits(const State& state, const Objective& objective, OptimizerKind kind) {
  return state.parameters && state.parameters->size() == objective.parameters() &&
         state.optimizer.size() == state_size(kind, objective.trained());
}

void Trainer::restore(const State& state) {
  GLEANER_CHECK(fits(state, *objective_, optimizer_.options().kind),
                "the state of another model or optimiser");
  const Status restored = optimizer_.restore(state.steps, state.optimizer);
  GLEANER_CHECK(restored.ok(), "fits() has looked");
  parameters_ = state.parameters;
  watch_.restore(state.watch);
}

Result<Trainer::Step> Trainer::step(std::span<const float> sums) {
  const std::size_t d = objective_->parameters();
  const std::size_t trained = objective_->trained();
  const std::span<const float> tallies = sums.subspan(d, kTallies);
  const double samples = tallies[2];
  if (!(samples > 0.5)) {
    return run_failed("no sample is in the recovered gradient",
                      "give the round more time or less --recovery residual");
  }
  auto next = std::make_shared<std::vector<float>>(*parameters_);
  std::vector<float> gradient(trained);
  const double lambda = objective_->has_l2() ? 0 : l2_;
  double squares = 0;
  for (std::size_t i = 0; i < trained; ++i) {
    const double theta = (*parameters_)[i];
    squares += theta * theta;
    gradient[i] = static_cast<float>(sums[i] / samples + lambda * theta);
  }
  for (std::size_t i = trained; i < d; ++i) (*next)[i] = static_cast<float>(sums[i] / samples);
  Step result;
  result.loss = tallies[0] / samples + l2_ / 2 * squares;
  result.accuracy =
      objective_->classifies() ? tallies[1] / samples : std::numeric_limits<double>::quiet_NaN();
  const std::uint64_t round = optimizer_.steps() + 1;
  if (Status s = watch_.judge(round, result.loss); !s) return s.error();
  const double factor = schedule_.at(round);
  result.learning_rate = optimizer_.options().learning_rate * factor;
  optimizer_.step(std::span(*next).first(trained), gradient, factor);
  if (!all_finite(*next)) return watch_.bad_parameters(round);
  parameters_ = std::move(next);
  return result;
}

double Trainer::accuracy_on(const Samples& samples) const {
  if (!objective_->classifies()) return std::numeric_limits<double>::quiet_NaN();
  const Tallies t = objective_->evaluate(*parameters_, samples);
  return t.samples > 0 ? t.correct / t.samples : std::numeric_limits<double>::quiet_NaN();
}

double Trainer::gradient_error(std::span<const float> sums, const std::vector<float>& parameters,
                               RoundId round) const {
  const std::size_t trained = objective_->trained();
  std::vector<double> error(sums.begin(), sums.begin() + static_cast<std::ptrdiff_t>(trained));
  std::vector<double> one(objective_->parameters());
  double norms = 0;
  for (std::size_t c = 0; c < objective_->chunks(); ++c) {
    std::fill(one.begin(), one.end(), 0.0);
    (void)objective_->reference_chunk(parameters, ChunkId(static_cast<std::uint32_t>(c)), round, one);
    double squares = 0;
    for (std::size_t i = 0; i < trained; ++i) {
      squares += one[i] * one[i];
      error[i] -= one[i];
    }
    norms += std::sqrt(squares);
  }
  double difference = 0;
  for (const double e : error) difference += e * e;
  return norms > 0 ? std::sqrt(difference) / norms : std::sqrt(difference);
}

}  // namespace gleaner
