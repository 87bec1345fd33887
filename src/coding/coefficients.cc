#include "coding/coefficients.h"

#include <algorithm>
#include <cmath>

#include <Eigen/QR>

#include "base/check.h"

namespace gleaner {
namespace {

constexpr double kRankPivot = 1e-10;  // of the Gram matrix: below, orthogonal transformations take over
constexpr double kGoodPivot = 1e-3;   // of the Gram matrix: below, one step of refinement pays

// U is n x l like R. Both cases are U = G^{-1} applied to R from one side: with G = R^T R (l x l) to its
// columns, with G = R R^T (n x n) to its rows. `at(a, k)` unifies the indices so that one routine serves
// both.
struct Shape {
  std::size_t n = 0;       // |S|
  std::size_t blocks = 0;  // l
  [[nodiscard]] bool tall() const { return n >= blocks; }
  [[nodiscard]] std::size_t order() const { return std::min(n, blocks); }  // of G
  [[nodiscard]] std::size_t vectors() const { return std::max(n, blocks); }
  // Entry k of the v-th vector that G acts on.
  [[nodiscard]] std::size_t at(std::size_t v, std::size_t k) const {
    return tall() ? v * blocks + k : k * blocks + v;
  }
};

// LDL^T of the Gram matrix, without square roots: for rows of ones the solution is exactly 1 / |S|.
class GramFactor {
 public:
  GramFactor(std::span<const double> rows, Shape shape) : order_(shape.order()), ldl_(order_ * order_, 0) {
    for (std::size_t p = 0; p < order_; ++p) {
      for (std::size_t q = 0; q <= p; ++q) {
        double sum = 0;
        for (std::size_t v = 0; v < shape.vectors(); ++v) sum += rows[shape.at(v, p)] * rows[shape.at(v, q)];
        ldl_[p * order_ + q] = sum;
      }
    }
    factorise();
  }

  // The smallest pivot relative to the largest diagonal entry of G.
  [[nodiscard]] double pivot() const { return pivot_; }

  // x := G^{-1} x.
  void solve(std::span<double> x) const {
    for (std::size_t p = 0; p < order_; ++p) {
      for (std::size_t q = 0; q < p; ++q) x[p] -= ldl_[p * order_ + q] * x[q];
    }
    for (std::size_t p = 0; p < order_; ++p) x[p] /= ldl_[p * order_ + p];
    for (std::size_t p = order_; p-- > 0;) {
      for (std::size_t q = p + 1; q < order_; ++q) x[p] -= ldl_[q * order_ + p] * x[q];
    }
  }

 private:
  void factorise() {
    double largest = 0;
    for (std::size_t p = 0; p < order_; ++p) largest = std::max(largest, ldl_[p * order_ + p]);
    pivot_ = largest > 0 ? 1 : 0;
    for (std::size_t p = 0; p < order_ && pivot_ > 0; ++p) {
      double d = ldl_[p * order_ + p];
      for (std::size_t q = 0; q < p; ++q) {
        double entry = ldl_[p * order_ + q];
        for (std::size_t r = 0; r < q; ++r) entry -= ldl_[p * order_ + r] * scaled_[r * order_ + q];
        scaled_[q * order_ + p] = entry;  // L(p,q) D(q)
        ldl_[p * order_ + q] = entry / ldl_[q * order_ + q];
        d -= entry * ldl_[p * order_ + q];
      }
      ldl_[p * order_ + p] = d;
      pivot_ = std::min(pivot_, d / largest);
    }
  }

  std::size_t order_;
  std::vector<double> ldl_;  // L below the diagonal, D on it
  std::vector<double> scaled_ = std::vector<double>(order_ * order_, 0);
  double pivot_ = 0;
};

// u += G^{-1} applied to what `wrong`(v) says is missing; first with u = 0 and the right-hand side R itself.
std::vector<double> solve_all(const GramFactor& gram, Shape shape, std::span<const double> right) {
  std::vector<double> u(right.size());
  std::vector<double> x(shape.order());
  for (std::size_t v = 0; v < shape.vectors(); ++v) {
    for (std::size_t k = 0; k < x.size(); ++k) x[k] = right[shape.at(v, k)];
    gram.solve(x);
    for (std::size_t k = 0; k < x.size(); ++k) u[shape.at(v, k)] = x[k];
  }
  return u;
}

// R - (U R^T) R for the tall shape, R - R (R^T U) for the wide one: both are R - U R^T R read as matrices
// acting on the side where G stands; 0 for the solution.
std::vector<double> defect(std::span<const double> rows, std::span<const double> u, Shape shape) {
  const std::size_t n = shape.order();
  std::vector<double> cross(n * n, 0);  // U^T R (tall) or U R^T (wide); the identity for the solution
  for (std::size_t p = 0; p < n; ++p) {
    for (std::size_t q = 0; q < n; ++q) {
      double sum = p == q ? 1 : 0;
      for (std::size_t v = 0; v < shape.vectors(); ++v) sum -= u[shape.at(v, p)] * rows[shape.at(v, q)];
      cross[p * n + q] = sum;
    }
  }
  std::vector<double> result(rows.size(), 0);
  for (std::size_t v = 0; v < shape.vectors(); ++v) {
    for (std::size_t p = 0; p < n; ++p) {
      double sum = 0;
      for (std::size_t q = 0; q < n; ++q) sum += cross[q * n + p] * rows[shape.at(v, q)];
      result[shape.at(v, p)] = sum;
    }
  }
  return result;
}

Coefficients by_orthogonal_decomposition(std::span<const double> rows, Shape shape) {
  using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  const auto n = static_cast<Eigen::Index>(shape.n);
  const auto l = static_cast<Eigen::Index>(shape.blocks);
  const Matrix transposed = Eigen::Map<const Matrix>(rows.data(), n, l).transpose();
  Eigen::CompleteOrthogonalDecomposition<Matrix> decomposition;
  decomposition.setThreshold(kRankPivot);
  decomposition.compute(transposed);
  const Matrix u = decomposition.solve(Matrix::Identity(l, l));
  return {{u.data(), u.data() + u.size()},
          static_cast<double>(shape.blocks) - static_cast<double>(decomposition.rank())};
}

}  // namespace

Coefficients coefficients(std::span<const double> rows, std::size_t blocks) {
  GLEANER_CHECK(blocks >= 1 && rows.size() % blocks == 0, "rows must have `blocks` numbers each");
  const Shape shape{rows.size() / blocks, blocks};
  if (shape.n == 0) return {{}, static_cast<double>(blocks)};
  const GramFactor gram(rows, shape);
  if (!(gram.pivot() >= kRankPivot)) return by_orthogonal_decomposition(rows, shape);
  std::vector<double> u = solve_all(gram, shape, rows);
  if (gram.pivot() < kGoodPivot) {
    const std::vector<double> correction = solve_all(gram, shape, defect(rows, u, shape));
    for (std::size_t k = 0; k < u.size(); ++k) u[k] += correction[k];
  }
  return {std::move(u), static_cast<double>(blocks - shape.order())};
}

}  // namespace gleaner
