// min ||A x - 1|| for a sparse matrix of zeros and ones. Internal to coding.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace gleaner {

/// A 0/1 matrix by columns: column j has ones in the rows row_of[begin[j]] .. row_of[begin[j + 1] - 1].
struct SparseColumns {
  std::size_t rows = 0;
  std::vector<std::size_t> begin = {0};
  std::vector<std::uint32_t> row_of;
  [[nodiscard]] std::size_t count() const { return begin.size() - 1; }
  bool operator==(const SparseColumns&) const = default;
};

struct LeastSquares {
  std::vector<double> x;        ///< one number per column; 0 for empty columns
  double residual_squared = 0;  ///< ||A x - 1||^2
};

/// The x of least norm among those that minimise ||A x - 1||, by conjugate gradients on the normal equations
/// (CGLS, Hestenes and Stiefel 1952). From x = 0 the iterates stay in the range of A^T, so the limit is the
/// minimum-norm solution. Scalar arithmetic in a fixed order. Relative accuracy of A^T (1 - A x) about 1e-13.
[[nodiscard]] LeastSquares fit_ones(const SparseColumns& a);

}  // namespace gleaner
