#include "coding/least_squares.h"

#include <cmath>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <Eigen/QR>

#include "coding/test_cases.h"

namespace gleaner {
namespace {

struct Dense {
  Eigen::VectorXd x;
  double residual_squared;
};

// The obvious twin: a complete orthogonal decomposition of the dense matrix.
Dense dense_fit(const SparseColumns& a) {
  Eigen::MatrixXd matrix =
      Eigen::MatrixXd::Zero(static_cast<Eigen::Index>(a.rows), static_cast<Eigen::Index>(a.count()));
  for (std::size_t j = 0; j < a.count(); ++j) {
    for (std::size_t k = a.begin[j]; k < a.begin[j + 1]; ++k)
      matrix(a.row_of[k], static_cast<Eigen::Index>(j)) = 1;
  }
  const Eigen::VectorXd ones = Eigen::VectorXd::Ones(matrix.rows());
  const Eigen::VectorXd x = matrix.completeOrthogonalDecomposition().solve(ones);
  return {x, (matrix * x - ones).squaredNorm()};
}

double distance(const LeastSquares& fit, const Dense& twin) {
  double sum = 0;
  for (std::size_t j = 0; j < fit.x.size(); ++j) {
    const double difference = fit.x[j] - twin.x(static_cast<Eigen::Index>(j));
    sum += difference * difference;
  }
  return std::sqrt(sum);
}

RC_GTEST_PROP(LeastSquares, AgreesWithItsDenseTwin, ()) {
  SparseColumns a;
  a.rows = testing_cases::any_size(1, 12);
  Random random = testing_cases::any_random();
  const std::size_t columns = testing_cases::any_size(1, 12);  // dependent and empty columns included
  for (std::size_t j = 0; j < columns; ++j) {
    const double density = random.uniform();
    for (std::uint32_t i = 0; i < a.rows; ++i) {
      if (random.uniform() < density) a.row_of.push_back(i);
    }
    a.begin.push_back(a.row_of.size());
  }
  const LeastSquares fit = fit_ones(a);
  const Dense twin = dense_fit(a);
  RC_ASSERT(std::fabs(fit.residual_squared - twin.residual_squared) < 1e-10);
  RC_ASSERT(distance(fit, twin) < 1e-7 * (1 + twin.x.norm()));
}

TEST(LeastSquares, AgreesOnTheCyclicPlacement) {
  // Finished workers of the cyclic placement: badly conditioned and rank deficient (200 is a multiple of 8).
  const Assignment cyclic = Assignment::cyclic(200, 200, 8).value();
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    Random random({.seed = seed});
    SparseColumns a;
    a.rows = 200;
    for (std::uint32_t j = 0; j < 200; ++j) {
      if (random.uniform() < 0.2 + 0.15 * static_cast<double>(seed)) {
        for (const ChunkId chunk : cyclic.chunks_of(WorkerId(j))) a.row_of.push_back(chunk.value);
      }
      a.begin.push_back(a.row_of.size());
    }
    const LeastSquares fit = fit_ones(a);
    const Dense twin = dense_fit(a);
    EXPECT_NEAR(fit.residual_squared, twin.residual_squared, 1e-9);
    EXPECT_LT(distance(fit, twin), 1e-6 * (1 + twin.x.norm()));
  }
}

TEST(LeastSquares, OfNothing) {
  SparseColumns a;
  a.rows = 3;
  EXPECT_EQ(fit_ones(a).residual_squared, 3);
  a.begin = {0, 0, 0};
  EXPECT_EQ(fit_ones(a).x, (std::vector<double>{0, 0}));
}

}  // namespace
}  // namespace gleaner
