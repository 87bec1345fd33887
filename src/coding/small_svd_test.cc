#include "coding/small_svd.h"

#include <cmath>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <Eigen/SVD>

#include "coding/test_cases.h"

namespace gleaner {
namespace {

using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

Matrix any_matrix(Eigen::Index n) {
  Random random = testing_cases::any_random();
  Matrix m(n, n);
  for (Eigen::Index k = 0; k < m.size(); ++k) m.data()[k] = random.normal();
  return m;
}

RC_GTEST_PROP(SmallSvd, AgreesWithEigen, ()) {
  const std::size_t n = testing_cases::any_size(1, 8);
  const Matrix m = any_matrix(static_cast<Eigen::Index>(n));
  SmallSvd svd(n);
  svd.compute({m.data(), n * n});
  const Eigen::VectorXd sigma = Eigen::JacobiSVD<Eigen::MatrixXd>(m).singularValues();
  const double largest = sigma(0);
  const double smallest = sigma(sigma.size() - 1);
  RC_ASSERT(std::fabs(std::sqrt(svd.largest_squared()) - largest) < 1e-12 * largest);
  RC_ASSERT(std::fabs(std::sqrt(svd.smallest_squared()) - smallest) < 1e-12 * largest);
  RC_ASSERT(std::fabs(svd.condition() * smallest / largest - 1) < 1e-9);

  const Eigen::Map<const Eigen::RowVectorXd> v(svd.smallest_vector().data(), static_cast<Eigen::Index>(n));
  const Eigen::Map<const Eigen::RowVectorXd> image(svd.smallest_image().data(), static_cast<Eigen::Index>(n));
  RC_ASSERT(std::fabs(v.norm() - 1) < 1e-12);
  RC_ASSERT((v * m - image).norm() < 1e-12 * largest);
  RC_ASSERT(std::fabs(image.norm() - smallest) < 1e-12 * largest);
}

RC_GTEST_PROP(SmallSvd, SeesDependentRows, ()) {
  const auto n = static_cast<Eigen::Index>(testing_cases::any_size(2, 8));
  Matrix m = any_matrix(n);
  m.row(n - 1) = m.row(0) * 3 - m.row(n - 2);
  SmallSvd svd(static_cast<std::size_t>(n));
  svd.compute({m.data(), static_cast<std::size_t>(m.size())});
  RC_ASSERT(std::isinf(svd.condition()));
}

TEST(SmallSvd, ConditionOfAKnownMatrix) {
  SmallSvd svd(2);
  svd.compute(std::vector<double>{3, 0, 0, -0.5});
  EXPECT_DOUBLE_EQ(svd.condition(), 6);
  svd.compute(std::vector<double>{0, 0, 0, 0});
  EXPECT_TRUE(std::isinf(svd.condition()));
}

}  // namespace
}  // namespace gleaner
