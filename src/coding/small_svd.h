// Extreme singular values of small square matrices. Internal to coding.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace gleaner {

/// One-sided Jacobi (Hestenes 1958): plane rotations J make the rows of M orthogonal, J M = diag(sigma) V^T.
/// Scalar arithmetic in a fixed order: the same bits everywhere. Keeps its scratch space between matrices;
/// not thread safe.
class SmallSvd {
 public:
  explicit SmallSvd(std::size_t order) : order_(order), rotated_(order * order), rotation_(order * order) {}

  /// Decomposes an order x order row-major matrix until all rows are orthogonal up to `tolerance`.
  void compute(std::span<const double> matrix, double tolerance = 1e-13);

  /// Squared singular values.
  [[nodiscard]] double largest_squared() const { return largest_; }
  [[nodiscard]] double smallest_squared() const { return smallest_; }
  /// sigma_1 / sigma_n; +inf above 1e10, where coefficients() would see a lower rank.
  [[nodiscard]] double condition() const;
  /// Unit vector v with v^T M = smallest_image(), whose norm is the smallest singular value.
  [[nodiscard]] std::span<const double> smallest_vector() const {
    return std::span(rotation_).subspan(smallest_row_ * order_, order_);
  }
  [[nodiscard]] std::span<const double> smallest_image() const {
    return std::span(rotated_).subspan(smallest_row_ * order_, order_);
  }

 private:
  bool rotate(std::size_t p, std::size_t q, double tolerance);
  void rank_rows();

  std::size_t order_;
  std::vector<double> rotated_;   // J M
  std::vector<double> rotation_;  // J
  std::size_t smallest_row_ = 0;
  double largest_ = 0;
  double smallest_ = 0;
};

}  // namespace gleaner
