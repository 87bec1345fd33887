// The slow, obvious twin of coefficients(). Used by tests.
#include <Eigen/SVD>

#include "coding/coefficients.h"

namespace gleaner {

Coefficients coefficients_by_svd(std::span<const double> rows, std::size_t blocks) {
  using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  const auto l = static_cast<Eigen::Index>(blocks);
  const auto n = static_cast<Eigen::Index>(rows.size()) / l;
  if (n == 0) return {{}, static_cast<double>(blocks)};
  const Eigen::MatrixXd transposed = Eigen::Map<const Matrix>(rows.data(), n, l).transpose();
  const Eigen::JacobiSVD<Eigen::MatrixXd> svd(transposed, Eigen::ComputeThinU | Eigen::ComputeThinV);
  Eigen::VectorXd inverse = svd.singularValues();
  Eigen::Index rank = 0;
  for (Eigen::Index k = 0; k < inverse.size(); ++k) {
    const bool counts = inverse(k) > 1e-10 * svd.singularValues()(0);
    inverse(k) = counts ? 1 / inverse(k) : 0;
    rank += counts ? 1 : 0;
  }
  const Matrix u = svd.matrixV() * inverse.asDiagonal() * svd.matrixU().transpose();
  return {{u.data(), u.data() + u.size()}, static_cast<double>(l - rank)};
}

}  // namespace gleaner
