#include "coding/frame_search.h"

#include <algorithm>
#include <cmath>

#include "base/portable_math.h"
#include "base/random.h"
#include "coding/small_svd.h"

namespace gleaner {
namespace {

void normalise(std::span<double> v) {
  double norm = 0;
  for (const double x : v) norm += x * x;
  norm = std::sqrt(norm);
  for (double& x : v) x /= norm;
}

std::vector<double> random_units(std::size_t colours, std::size_t blocks, Random& random) {
  std::vector<double> rows(colours * blocks);
  for (double& x : rows) x = random.normal();
  for (std::size_t q = 0; q < colours; ++q) normalise(std::span(rows).subspan(q * blocks, blocks));
  return rows;
}

// Ascends the smallest singular value sigma_S over the subsets S: a gradient step on a soft minimum, whose
// sharpness grows while the steps shrink. With v the left singular vector of sigma_S and w = v^T R_S, the
// gradient of sigma_S^2 with respect to row a of R_S is 2 v_a w.
class Ascent {
 public:
  Ascent(std::size_t blocks, const Subsets& subsets, std::vector<double> rows)
      : blocks_(blocks), subsets_(subsets), rows_(std::move(rows)), svd_(blocks), matrix_(blocks * blocks) {}

  void run(std::size_t steps) {
    survey();
    best_ = rows_;
    best_value_ = smallest_;
    for (std::size_t step = 0; step < steps; ++step) {
      const double part = static_cast<double>(step) / static_cast<double>(steps);
      const double length = 0.25 * portable::exp(-7 * part);
      const double sharpness = 3 * portable::exp(3.5 * part);
      climb(length, sharpness);
      if (step % kSurveyEvery == kSurveyEvery - 1) {
        survey();
        if (smallest_ > best_value_) {
          best_ = rows_;
          best_value_ = smallest_;
        }
      }
    }
  }

  [[nodiscard]] const std::vector<double>& best() const { return best_; }
  // Decompositions so far.
  [[nodiscard]] std::size_t work() const { return work_; }
  // min over S of sigma_S^2.
  [[nodiscard]] double best_value() const { return best_value_; }

 private:
  static constexpr std::size_t kSurveyEvery = 8;
  // Subsets that are this many times better than the worst have no say before the next survey.
  static constexpr double kActive = 16;

  double decompose(std::size_t subset) {
    const auto members = subsets_[subset];
    for (std::size_t a = 0; a < blocks_; ++a) {
      std::copy_n(rows_.begin() + static_cast<std::ptrdiff_t>(members[a] * blocks_), blocks_,
                  matrix_.begin() + static_cast<std::ptrdiff_t>(a * blocks_));
    }
    svd_.compute(matrix_, 1e-6);
    ++work_;
    return svd_.smallest_squared();
  }

  // Looks at every subset and keeps those that matter.
  void survey() {
    std::vector<double> value(subsets_.count());
    smallest_ = 2;
    for (std::size_t s = 0; s < value.size(); ++s) {
      value[s] = decompose(s);
      smallest_ = std::min(smallest_, value[s]);
    }
    active_.clear();
    for (std::size_t s = 0; s < value.size(); ++s) {
      if (value[s] <= kActive * smallest_ + 1e-9) active_.push_back(s);
    }
  }

  void climb(double length, double sharpness) {
    gradient_.assign(rows_.size(), 0);
    // The soft minimum needs a scale: the smallest value of the last survey.
    const double scale = smallest_ + 1e-12;
    for (const std::size_t s : active_) {
      const double value = decompose(s);
      const double weight = portable::exp(-sharpness * std::min(value / scale, 100.0));
      const auto members = subsets_[s];
      for (std::size_t a = 0; a < blocks_; ++a) {
        const double factor = weight * svd_.smallest_vector()[a];
        for (std::size_t k = 0; k < blocks_; ++k) {
          gradient_[members[a] * blocks_ + k] += factor * svd_.smallest_image()[k];
        }
      }
    }
    step_along(length);
  }

  // The row with the largest gradient moves by `length`, the others in proportion.
  void step_along(double length) {
    double largest = 0;
    for (std::size_t q = 0; q < rows_.size(); q += blocks_) {
      double along = 0;
      double norm = 0;
      for (std::size_t k = 0; k < blocks_; ++k) along += gradient_[q + k] * rows_[q + k];
      for (std::size_t k = 0; k < blocks_; ++k) {
        gradient_[q + k] -= along * rows_[q + k];
        norm += gradient_[q + k] * gradient_[q + k];
      }
      largest = std::max(largest, norm);
    }
    if (!(largest > 1e-300)) return;
    const double factor = length / std::sqrt(largest);
    for (std::size_t q = 0; q < rows_.size(); q += blocks_) {
      for (std::size_t k = 0; k < blocks_; ++k) rows_[q + k] += factor * gradient_[q + k];
      normalise(std::span(rows_).subspan(q, blocks_));
    }
  }

  std::size_t blocks_;
  const Subsets& subsets_;
  std::vector<double> rows_;
  SmallSvd svd_;
  std::vector<double> matrix_;
  std::vector<double> gradient_;
  std::vector<std::size_t> active_;
  double smallest_ = 0;
  std::size_t work_ = 0;
  std::vector<double> best_;
  double best_value_ = 0;
};

// Ascents from random starts until the work is used up. Work is counted, not timed: the result must be the
// same on every machine. A decomposition is `blocks`^3 units of about 15 ns.
class Search {
 public:
  Search(std::size_t colours, std::size_t blocks, const Subsets& subsets, std::uint64_t seed)
      : colours_(colours),
        blocks_(blocks),
        budget_(kUnits / (blocks * blocks * blocks)),
        subsets_(thinned(subsets, std::max<std::size_t>(budget_ / 60, 20))),
        seed_(seed) {}

  std::vector<double> run() {
    // About half of the subsets are active, so one ascent takes about half of the budget at most.
    const std::size_t steps = std::clamp<std::size_t>(budget_ / (subsets_.count() + 1), 20, 400);
    std::vector<double> best;
    double best_value = -1;
    std::size_t work = 0;
    for (std::uint64_t start = 1; start <= kStartsMax && work < budget_; ++start) {
      Random random({.seed = seed_, .purpose = Purpose::frame, .round = start});
      Ascent ascent(blocks_, subsets_, random_units(colours_, blocks_, random));
      ascent.run(steps);
      work += ascent.work();
      if (ascent.best_value() <= best_value) continue;
      best = ascent.best();
      best_value = ascent.best_value();
    }
    return best;
  }

 private:
  static constexpr std::size_t kUnits = 50'000'000;
  static constexpr std::uint64_t kStartsMax = 40;

  std::size_t colours_;
  std::size_t blocks_;
  std::size_t budget_;  // decompositions
  Subsets subsets_;
  std::uint64_t seed_;
};

std::vector<double> identity(std::size_t colours, std::size_t blocks) {
  std::vector<double> rows(colours * blocks, 0);
  for (std::size_t q = 0; q < colours; ++q) rows[q * blocks + q] = 1;
  return rows;
}

std::vector<double> half_circle(std::size_t colours) {
  std::vector<double> rows;
  for (std::size_t q = 0; q < colours; ++q) {
    const double turn = 0.5 * static_cast<double>(q) / static_cast<double>(colours);
    rows.push_back(portable::cos_turn(turn));
    rows.push_back(portable::sin_turn(turn));
  }
  return rows;
}

}  // namespace

std::vector<double> spread_vectors(std::size_t colours, std::size_t blocks, const Subsets& subsets,
                                   std::uint64_t seed) {
  if (colours <= blocks) return identity(colours, blocks);
  if (blocks == 2) return half_circle(colours);
  return Search(colours, blocks, subsets, seed).run();
}

}  // namespace gleaner
