#include "coding/coefficients.h"

#include <cmath>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <Eigen/Dense>

#include "coding/test_cases.h"

namespace gleaner {
namespace {

using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

struct Rows {
  std::vector<double> values;
  std::size_t count;
  std::size_t blocks;
  [[nodiscard]] Matrix matrix() const { return as_matrix(values); }
  [[nodiscard]] Matrix as_matrix(const std::vector<double>& v) const {
    return Eigen::Map<const Matrix>(v.data(), static_cast<Eigen::Index>(count),
                                    static_cast<Eigen::Index>(blocks));
  }
};

Rows any_rows() {
  Rows rows{{}, testing_cases::any_size(0, 10), testing_cases::any_size(1, 8)};
  Random random = testing_cases::any_random();
  for (std::size_t k = 0; k < rows.count * rows.blocks; ++k) rows.values.push_back(random.normal());
  return rows;
}

// Copies and multiples of earlier rows, zero rows: workers of one colour.
Rows any_dependent_rows() {
  Rows rows = any_rows();
  Random random = testing_cases::any_random();
  for (std::size_t j = 1; j < rows.count; ++j) {
    if (random.below(2) == 0) continue;
    const std::size_t other = random.below(j);
    const double factor = random.below(4) == 0 ? 0 : 1;
    for (std::size_t k = 0; k < rows.blocks; ++k) {
      rows.values[j * rows.blocks + k] = factor * rows.values[other * rows.blocks + k];
    }
  }
  return rows;
}

double size_of(const std::vector<double>& v) {
  double sum = 0;
  for (const double x : v) sum += x * x;
  return std::sqrt(sum);
}

void agrees_with_twin(const Rows& rows) {
  const Coefficients fast = coefficients(rows.values, rows.blocks);
  const Coefficients slow = coefficients_by_svd(rows.values, rows.blocks);
  RC_ASSERT(fast.residual_squared == slow.residual_squared);
  RC_ASSERT(fast.u.size() == rows.values.size());
  RC_ASSERT(slow.u.size() == rows.values.size());
  std::vector<double> difference = fast.u;
  for (std::size_t k = 0; k < difference.size(); ++k) difference[k] -= slow.u[k];
  // The error of a pseudo-inverse is about eps |R| |U|^2.
  RC_ASSERT(size_of(difference) <= 1e-13 * size_of(slow.u) * (1 + size_of(slow.u) * size_of(rows.values)));
}

RC_GTEST_PROP(Coefficients, AgreeWithTheirTwin, ()) { agrees_with_twin(any_rows()); }
RC_GTEST_PROP(Coefficients, AgreeWithTheirTwinWhereRowsAreDependent, ()) {
  agrees_with_twin(any_dependent_rows());
}

// protocol.md section 4: the residual is what is missing of the identity.
RC_GTEST_PROP(Coefficients, ResidualIsTheDistanceFromTheIdentity, ()) {
  const Rows rows = *rc::gen::arbitrary<bool>() ? any_rows() : any_dependent_rows();
  const Coefficients c = coefficients(rows.values, rows.blocks);
  const auto l = static_cast<Eigen::Index>(rows.blocks);
  const Matrix product = rows.matrix().transpose() * rows.as_matrix(c.u);
  const double distance = (product - Matrix::Identity(l, l)).squaredNorm();
  RC_ASSERT(std::fabs(distance - c.residual_squared) < 1e-9);
}

RC_GTEST_PROP(Coefficients, AreExactForWellAndIllConditionedRows, ()) {
  // Two rows at an angle of 10^-e: condition number about 10^e, and its square without refinement.
  const double angle = std::pow(10.0, -static_cast<double>(testing_cases::any_size(0, 9)));
  const double turn = 6 * testing_cases::any_random().uniform();
  const std::vector<double> rows = {std::cos(turn), std::sin(turn), std::cos(turn + angle),
                                    std::sin(turn + angle)};
  const Coefficients c = coefficients(rows, 2);
  RC_ASSERT(c.residual_squared == 0);
  // A backward stable solution errs by a modest multiple of 2^-53 times the condition number: 1000 here.
  constexpr double kSlack = 1000 * 0x1.0p-53;
  for (std::size_t k = 0; k < 2; ++k) {
    for (std::size_t q = 0; q < 2; ++q) {
      const double product = rows[k] * c.u[q] + rows[2 + k] * c.u[2 + q];
      RC_ASSERT(std::fabs(product - (k == q ? 1 : 0)) < kSlack / angle);
    }
  }
}

TEST(Coefficients, OfOnesAreExactlyOneOverTheNumberOfHolders) {
  for (std::size_t n = 1; n <= 300; ++n) {
    const Coefficients c = coefficients(std::vector<double>(n, 1.0), 1);
    EXPECT_EQ(c.u, std::vector<double>(n, 1.0 / static_cast<double>(n)));
    EXPECT_EQ(c.residual_squared, 0);
  }
}

TEST(Coefficients, OfNobodyAreNothing) {
  const Coefficients c = coefficients({}, 3);
  EXPECT_TRUE(c.u.empty());
  EXPECT_EQ(c.residual_squared, 3);
}

TEST(Coefficients, OfZeroRowsAreZero) {
  const Coefficients c = coefficients(std::vector<double>(6, 0.0), 3);
  EXPECT_EQ(c.u, std::vector<double>(6, 0.0));
  EXPECT_EQ(c.residual_squared, 3);
}

TEST(Coefficients, OfTwoWorkersOfOneColour) {
  // Both rows are (1, 0): block 1 is shared, block 2 is lost.
  const Coefficients c = coefficients(std::vector<double>{1, 0, 1, 0}, 2);
  EXPECT_EQ(c.residual_squared, 1);
  EXPECT_NEAR(c.u[0], 0.5, 1e-15);
  EXPECT_NEAR(c.u[1], 0, 1e-15);
  EXPECT_NEAR(c.u[2], 0.5, 1e-15);
  EXPECT_NEAR(c.u[3], 0, 1e-15);
}

}  // namespace
}  // namespace gleaner
