// Binary logistic regression.
#include <cmath>

#include "base/portable_math.h"
#include "objective/fast_exp.h"
#include "objective/linear_objective.h"

namespace gleaner {
namespace {

// With the margin s = (2y - 1) S and t = exp(-|s|) <= 1:
//   loss = log(1 + t) + max(0, -s),  dloss/dS = -(2y - 1) / (1 + e^s), where 1 / (1 + e^s) is t / (1 + t) for
//   s >= 0 and 1 / (1 + t) otherwise.
// No exponent is positive: nothing overflows. A score above 0 predicts the class 1.
class LogisticLink final : public Link {
 public:
  std::string_view name() const override { return "logistic"; }

  Outcome slopes(std::span<double> score, float label) const override {
    const double sign = label > 0.5F ? 1 : -1;
    const double s = sign * score[0];
    const bool correct = (score[0] > 0) == (label > 0.5F);
    const double t = exp_nonpositive(s >= 0 ? -s : s);
    const double wrong = (s >= 0 ? t : 1) / (1 + t);
    score[0] = -sign * wrong;
    return {portable::log(1 + t) + (s < 0 ? -s : 0), correct};
  }

  Outcome plain_slopes(std::span<double> score, float label) const override {
    const double sign = label > 0.5F ? 1 : -1;
    const double s = sign * score[0];
    const bool correct = (score[0] > 0) == (label > 0.5F);
    score[0] = -sign / (1 + std::exp(s));
    return {s > 0 ? std::log1p(std::exp(-s)) : std::log1p(std::exp(s)) - s, correct};
  }
};

}  // namespace

Result<std::unique_ptr<Objective>> make_logistic(const Samples& samples, std::vector<IndexRange> chunk_rows,
                                                 const MiniBatch& mini) {
  return LinearObjective::make(std::make_unique<LogisticLink>(), samples, {.classes = 2, .outputs = 1},
                               std::move(chunk_rows), mini);
}

}  // namespace gleaner
