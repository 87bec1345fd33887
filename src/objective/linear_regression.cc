// Linear regression with the squared loss.
#include "objective/linear_objective.h"

namespace gleaner {
namespace {

// loss = (S - y)^2 / 2, dloss/dS = S - y.
class SquaredLink final : public Link {
 public:
  std::string_view name() const override { return "linear"; }

  Outcome slopes(std::span<double> score, float target) const override {
    const double error = score[0] - target;
    score[0] = error;
    return {error * error / 2, false};
  }

  Outcome plain_slopes(std::span<double> score, float target) const override { return slopes(score, target); }
};

}  // namespace

Result<std::unique_ptr<Objective>> make_linear(const Samples& samples, std::vector<IndexRange> chunk_rows,
                                               const MiniBatch& mini) {
  return LinearObjective::make(std::make_unique<SquaredLink>(), samples, {.classes = 0, .outputs = 1},
                               std::move(chunk_rows), mini);
}

}  // namespace gleaner
