#include "coding/small_svd.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace gleaner {
namespace {

double dot(const double* a, const double* b, std::size_t n) {
  double sum = 0;
  for (std::size_t k = 0; k < n; ++k) sum += a[k] * b[k];
  return sum;
}

void turn(double* a, double* b, std::size_t n, double c, double s) {
  for (std::size_t k = 0; k < n; ++k) {
    const double x = a[k];
    const double y = b[k];
    a[k] = c * x - s * y;
    b[k] = s * x + c * y;
  }
}

}  // namespace

void SmallSvd::compute(std::span<const double> matrix, double tolerance) {
  std::copy(matrix.begin(), matrix.end(), rotated_.begin());
  std::fill(rotation_.begin(), rotation_.end(), 0.0);
  for (std::size_t k = 0; k < order_; ++k) rotation_[k * order_ + k] = 1;
  constexpr int kSweepsMax = 40;  // quadratic convergence: fewer than ten in practice
  bool turned = true;
  for (int sweep = 0; sweep < kSweepsMax && turned; ++sweep) {
    turned = false;
    for (std::size_t p = 0; p + 1 < order_; ++p) {
      for (std::size_t q = p + 1; q < order_; ++q) turned = rotate(p, q, tolerance) || turned;
    }
  }
  rank_rows();
}

bool SmallSvd::rotate(std::size_t p, std::size_t q, double tolerance) {
  double* a = &rotated_[p * order_];
  double* b = &rotated_[q * order_];
  const double aa = dot(a, a, order_);
  const double bb = dot(b, b, order_);
  const double ab = dot(a, b, order_);
  if (ab * ab <= tolerance * tolerance * aa * bb) return false;
  const double zeta = (bb - aa) / (2 * ab);
  const double t = (zeta < 0 ? -1 : 1) / (std::fabs(zeta) + std::sqrt(1 + zeta * zeta));
  const double c = 1 / std::sqrt(1 + t * t);
  turn(a, b, order_, c, c * t);
  turn(&rotation_[p * order_], &rotation_[q * order_], order_, c, c * t);
  return true;
}

void SmallSvd::rank_rows() {
  for (std::size_t p = 0; p < order_; ++p) {
    const double norm = dot(&rotated_[p * order_], &rotated_[p * order_], order_);
    if (p == 0 || norm > largest_) largest_ = norm;
    if (p == 0 || norm < smallest_) {
      smallest_ = norm;
      smallest_row_ = p;
    }
  }
}

double SmallSvd::condition() const {
  if (!(smallest_ > 1e-20 * largest_)) return std::numeric_limits<double>::infinity();
  return std::sqrt(largest_ / smallest_);
}

}  // namespace gleaner
