#include "coding/coefficients.h"

#include <algorithm>
#include <cmath>

#include <Eigen/QR>

#include "base/check.h"

namespace gleaner {
namespace {

constexpr double kRankPivot = 1e-10;  // of the Gram matrix: below, orthogonal transformations take over
constexpr double kSmall = 1e-8;       // an error whose square is below the rounding errors

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

std::vector<double> solve_all(const GramFactor& gram, Shape shape, std::span<const double> rows) {
  std::vector<double> u(rows.size());
  std::vector<double> x(shape.order());
  for (std::size_t v = 0; v < shape.vectors(); ++v) {
    for (std::size_t k = 0; k < x.size(); ++k) x[k] = rows[shape.at(v, k)];
    gram.solve(x);
    for (std::size_t k = 0; k < x.size(); ++k) u[shape.at(v, k)] = x[k];
  }
  return u;
}

// One step of Newton's iteration for the pseudo-inverse, U += U E with E = I - R^T U (tall), U += E U with
// E = I - U R^T (wide): what is left of E is E^2. The columns of U stay in the range of R. Returns the
// largest entry of E.
double refine(std::span<const double> rows, Shape shape, std::vector<double>& u) {
  const std::size_t n = shape.order();
  std::vector<double> wrong(n * n, 0);
  double largest = 0;
  for (std::size_t p = 0; p < n; ++p) {
    for (std::size_t q = 0; q < n; ++q) {
      double sum = p == q ? 1 : 0;
      for (std::size_t v = 0; v < shape.vectors(); ++v) sum -= u[shape.at(v, p)] * rows[shape.at(v, q)];
      wrong[p * n + q] = sum;
      largest = std::max(largest, std::fabs(sum));
    }
  }
  std::vector<double> x(n);
  for (std::size_t v = 0; v < shape.vectors(); ++v) {
    for (std::size_t q = 0; q < n; ++q) x[q] = u[shape.at(v, q)];
    for (std::size_t p = 0; p < n; ++p) {
      double sum = 0;
      for (std::size_t q = 0; q < n; ++q) sum += wrong[p * n + q] * x[q];
      u[shape.at(v, p)] = x[p] + sum;
    }
  }
  return largest;
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
  // The Gram matrix has the square of the condition number; refinement undoes the square. An order of 1 needs
  // none, and rows of ones keep their exact 1 / |S|.
  for (int step = 0; shape.order() > 1 && !(refine(rows, shape, u) < kSmall); ++step) {
    if (step == 3) return by_orthogonal_decomposition(rows, shape);
  }
  return {std::move(u), static_cast<double>(blocks - shape.order())};
}

}  // namespace gleaner
