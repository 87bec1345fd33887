#include "coding/frame_ascent.h"

#include <algorithm>
#include <cmath>

#include "base/portable_math.h"

namespace gleaner {
namespace {

constexpr std::size_t kSurveyEvery = 8;
// Subsets that are this many times better than the worst have no say before the next survey.
constexpr double kActive = 16;

}  // namespace

void normalise_rows(std::span<double> rows, std::size_t blocks) {
  for (std::size_t q = 0; q < rows.size(); q += blocks) {
    double norm = 0;
    for (const double x : rows.subspan(q, blocks)) norm += x * x;
    norm = std::sqrt(norm);
    for (double& x : rows.subspan(q, blocks)) x /= norm;
  }
}

Ascent::Ascent(std::size_t blocks, const Subsets& subsets, std::vector<double> rows, Goal goal)
    : blocks_(blocks),
      subsets_(subsets),
      rows_(std::move(rows)),
      goal_(goal),
      svd_(blocks),
      matrix_(blocks * blocks) {}

void Ascent::run(const Schedule& schedule) {
  survey();
  best_ = rows_;
  best_value_ = smallest_;
  for (std::size_t step = 0; step < schedule.steps; ++step) {
    const double part = static_cast<double>(step) / static_cast<double>(schedule.steps);
    const double length = schedule.length * portable::exp(-schedule.shrinking * part);
    const double sharpness = schedule.sharpness * portable::exp(schedule.sharpening * part);
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

double Ascent::decompose(std::size_t subset) {
  const auto members = subsets_[subset];
  for (std::size_t a = 0; a < blocks_; ++a) {
    std::copy_n(rows_.begin() + static_cast<std::ptrdiff_t>(members[a] * blocks_), blocks_,
                matrix_.begin() + static_cast<std::ptrdiff_t>(a * blocks_));
  }
  svd_.compute(matrix_, 1e-6);
  ++work_;
  return goal_ == Goal::condition ? svd_.smallest_squared() / svd_.largest_squared()
                                  : svd_.smallest_squared();
}

// Looks at every subset and keeps those that matter.
void Ascent::survey() {
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

// With v the left singular vector of sigma_l and w = v^T R_S, the gradient of sigma_l^2 with respect to row a
// of R_S is 2 v_a w. That of sigma_1 is left out for either goal: the rows are unit vectors, so sigma_1 lies
// between 1 and sqrt(l) and changes little.
void Ascent::climb(double length, double sharpness) {
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
void Ascent::step_along(double length) {
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
  for (std::size_t k = 0; k < rows_.size(); ++k) rows_[k] += factor * gradient_[k];
  normalise_rows(rows_, blocks_);
}

}  // namespace gleaner
