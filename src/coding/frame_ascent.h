// Vectors moved so that no subset of them is close to dependent. Internal to coding.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "coding/holder_subsets.h"
#include "coding/small_svd.h"

namespace gleaner {

/// Scales every row of `blocks` numbers to length 1.
void normalise_rows(std::span<double> rows, std::size_t blocks);

/// Ascends min over S of q_S, for unit vectors as rows: a gradient step on a soft minimum, whose sharpness
/// grows while the steps shrink. q_S is sigma_l^2 of R_S, or sigma_l^2 / sigma_1^2. Deterministic, scalar
/// arithmetic in a fixed order. Keeps a reference to `subsets`; not thread safe.
class Ascent {
 public:
  enum class Goal : std::uint8_t { singular_value, condition };
  struct Schedule {
    std::size_t steps = 0;
    double length = 0.25;     ///< of the first step of the row that moves most
    double shrinking = 7;     ///< the last step is e^-shrinking times as long
    double sharpness = 3;     ///< of the first soft minimum, in units of 1 / min q_S
    double sharpening = 3.5;  ///< the last is e^sharpening times as sharp
  };

  /// `rows`: one unit vector of `blocks` numbers per label of `subsets`.
  Ascent(std::size_t blocks, const Subsets& subsets, std::vector<double> rows,
         Goal goal = Goal::singular_value);

  void run(const Schedule& schedule);

  /// The best rows that were met, the first ones included.
  [[nodiscard]] const std::vector<double>& best() const { return best_; }
  /// min over S of q_S of best().
  [[nodiscard]] double best_value() const { return best_value_; }
  /// Decompositions so far.
  [[nodiscard]] std::size_t work() const { return work_; }

 private:
  double decompose(std::size_t subset);
  void survey();
  void climb(double length, double sharpness);
  void step_along(double length);

  std::size_t blocks_;
  const Subsets& subsets_;
  std::vector<double> rows_;
  Goal goal_;
  SmallSvd svd_;
  std::vector<double> matrix_;
  std::vector<double> gradient_;
  std::vector<std::size_t> active_;  // subsets that had a say at the last survey
  double smallest_ = 0;
  std::size_t work_ = 0;
  std::vector<double> best_;
  double best_value_ = 0;
};

}  // namespace gleaner
