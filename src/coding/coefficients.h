// Encoding coefficients of one chunk (protocol.md section 3).
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace gleaner {

/// U_i: one row of l coefficients per holder, and what is lost.
struct Coefficients {
  std::vector<double> u;        ///< |S| x l, row-major, rows in the order of the input rows
  double residual_squared = 0;  ///< ||R_S^T U - I||_F^2 = l - rank(R_S); 0 means exact
};

/// U = the minimum-l2-norm least-squares solution of R_S^T U = I_l, for R_S given as `rows` (|S| x l,
/// row-major).
///   |S| >= l, full rank:   U = R_S (R_S^T R_S)^{-1}, by LDL^T of l x l; residual 0
///   |S| < l, full row rank: U = (R_S R_S^T)^{-1} R_S, by LDL^T of |S| x |S|; residual^2 = l - |S|
///   a pivot below 1e-10:   by a complete orthogonal decomposition, which finds the rank (singular values
///                          below about 1e-10 sigma_1 count as 0); residual^2 = l - rank
///   |S| = 0:               nothing; residual^2 = l
/// Pivots are relative to the largest diagonal entry of the Gram matrix. Refinement undoes the squaring of
/// the condition number: R_S^T U = I up to about 1e-15 cond(R_S). For l = 1 and all rows 1 this is exactly 1
/// / |S|. Scalar arithmetic in a fixed order: the same bits everywhere. REQUIRES: blocks >= 1, rows.size() a
/// multiple of blocks, all finite. Cost O(|S| l^2 + l^3). Thread safe.
[[nodiscard]] Coefficients coefficients(std::span<const double> rows, std::size_t blocks);

/// The slow, obvious twin: the dense pseudo-inverse of R_S^T by SVD (Eigen), singular values below 1e-10
/// sigma_1 cut.
[[nodiscard]] Coefficients coefficients_by_svd(std::span<const double> rows, std::size_t blocks);

}  // namespace gleaner
