// Softmax regression with the cross-entropy loss.
#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "base/portable_math.h"
#include "objective/fast_exp.h"
#include "objective/linear_objective.h"

namespace gleaner {
namespace {

// With m = max_c S_c and Z = sum_c exp(S_c - m):  loss = log Z - (S_y - m),  slope_c = exp(S_c - m) / Z -
// 1{c = y}. Subtracting m keeps every exponent <= 0: nothing overflows, and Z >= 1. Of equal largest scores
// the first class is the prediction.
class SoftmaxLink final : public Link {
 public:
  std::string_view name() const override { return "softmax"; }

  Outcome slopes(std::span<double> s, float label) const override {
    const auto y = static_cast<std::size_t>(label);
    const auto largest = std::max_element(s.begin(), s.end());
    const bool correct = static_cast<std::size_t>(largest - s.begin()) == y;
    const double m = *largest;
    const double right = s[y] - m;
    for (double& score : s) score = exp_nonpositive(score - m);
    double z = 0;
    for (const double e : s) z += e;
    const double inverse = 1 / z;
    for (double& e : s) e *= inverse;
    s[y] -= 1;
    return {portable::log(z) - right, correct};
  }

  Outcome plain_slopes(std::span<double> s, float label) const override {
    const auto y = static_cast<std::size_t>(label);
    const std::vector<double> scores(s.begin(), s.end());
    const auto largest = std::max_element(scores.begin(), scores.end());
    double z = 0;
    for (const double score : scores) z += std::exp(score - *largest);
    const double log_z = *largest + std::log(z);
    for (std::size_t c = 0; c < s.size(); ++c) s[c] = std::exp(scores[c] - log_z) - (c == y ? 1 : 0);
    return {log_z - scores[y], static_cast<std::size_t>(largest - scores.begin()) == y};
  }
};

}  // namespace

std::unique_ptr<Link> softmax_link() { return std::make_unique<SoftmaxLink>(); }

Result<std::unique_ptr<Objective>> make_softmax(const Samples& samples, std::size_t classes,
                                                std::vector<IndexRange> chunk_rows, const MiniBatch& mini) {
  if (classes < 2)
    return bad_input("softmax needs at least 2 classes, but the labels have " + std::to_string(classes),
                     "check the labels of the data");
  return LinearObjective::make(softmax_link(), samples, {.classes = classes, .outputs = classes},
                               std::move(chunk_rows), mini);
}

}  // namespace gleaner
