#include "study/reproduce_stability.h"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "coding/coefficients.h"

namespace gleaner {
namespace {

TEST(Stability, PolynomialCodesAreThoseOfTheirFormulas) {
  const Assignment a = Assignment::cyclic(5, 5, 3).value();
  const Frame powers = studied_frame(StudiedCode::vandermonde, a, 3, 1);
  const Frame values = studied_frame(StudiedCode::lagrange, a, 3, 1);
  for (std::uint32_t j = 0; j < 5; ++j) {
    const double x = (2.0 * j + 1) / 5 - 1;
    EXPECT_DOUBLE_EQ(powers.row(WorkerId(j))[0], 1);
    EXPECT_DOUBLE_EQ(powers.row(WorkerId(j))[1], x);
    EXPECT_DOUBLE_EQ(powers.row(WorkerId(j))[2], x * x);
    // The polynomials 1, x and x^2 are given back by their values at the nodes.
    for (int degree = 0; degree < 3; ++degree) {
      double sum = 0;
      for (std::size_t k = 0; k < 3; ++k) {
        sum += values.row(WorkerId(j))[k] *
               std::pow(std::cos((2.0 * static_cast<double>(k) + 1) * M_PI / 6), degree);
      }
      EXPECT_NEAR(sum, std::pow(x, degree), 1e-13);
    }
  }
}

// Two rows (1, x) and (1, y): sigma_1^2 + sigma_2^2 = 2 + x^2 + y^2 and sigma_1 sigma_2 = |x - y|.
TEST(Stability, TheWorstConditionOfTwoBlocksByHand) {
  const Assignment a = Assignment::regular_graph(20, 20, 4, 3).value();
  const Frame frame = studied_frame(StudiedCode::vandermonde, a, 2, 1);
  double worst = 1;
  for (std::uint32_t i = 0; i < a.chunks(); ++i) {
    for (const auto& h : a.holders_of(ChunkId(i))) {
      for (const auto& other : a.holders_of(ChunkId(i))) {
        if (h.worker <= other.worker) continue;
        const double x = frame.row(h.worker)[1];
        const double y = frame.row(other.worker)[1];
        const double sum = 2 + x * x + y * y;
        const double product = std::fabs(x - y);
        const double root = std::sqrt(sum * sum - 4 * product * product);
        worst = std::max(worst, std::sqrt((sum + root) / (sum - root)));
      }
    }
  }
  EXPECT_NEAR(worst_condition(a, frame), worst, 1e-9 * worst);
}

// The slow twin: dense pseudo-inverses by SVD, everything in double. Rounding to float is all that differs.
TEST(Stability, TheErrorIsThatOfRoundingToFloat) {
  const Assignment a = Assignment::regular_graph(24, 24, 5, 7).value();
  for (const StudiedCode code : {StudiedCode::gaussian, StudiedCode::coloured}) {
    for (const std::size_t blocks : {2, 3, 5}) {
      const Frame frame = studied_frame(code, a, blocks, 1);
      const double condition = worst_condition(a, frame);
      for (const double error : recovery_errors(a, frame, 20, 5)) {
        EXPECT_LT(error, 1e-7 * condition) << name_of(code) << " " << blocks;
        EXPECT_GT(error, 1e-9);
      }
    }
  }
}

TEST(Stability, CoefficientsOfAStudiedCodeAreThoseOfTheDensePseudoInverse) {
  const Assignment a = Assignment::cyclic(24, 24, 5).value();
  for (const StudiedCode code : kStudiedCodes) {
    const Frame frame = studied_frame(code, a, 3, 1);
    std::vector<double> rows;
    for (std::uint32_t j = 4; j < 8; ++j) {
      rows.insert(rows.end(), frame.row(WorkerId(j)).begin(), frame.row(WorkerId(j)).end());
    }
    const Coefficients fast = coefficients(rows, 3);
    const Coefficients slow = coefficients_by_svd(rows, 3);
    EXPECT_EQ(fast.residual_squared, 0) << name_of(code);
    for (std::size_t k = 0; k < fast.u.size(); ++k) {
      EXPECT_NEAR(fast.u[k], slow.u[k], 1e-9 * (1 + std::fabs(slow.u[k]))) << name_of(code);
    }
  }
}

TEST(Stability, EightNeighboursOnALineCannotBeToldApart) {
  const Assignment a = Assignment::cyclic(100, 100, 8).value();
  const auto error = [&](StudiedCode code, std::size_t blocks) {
    return recovery_errors(a, studied_frame(code, a, blocks, 1), 3, 1).front();
  };
  EXPECT_GT(error(StudiedCode::vandermonde, 8), 0.01);
  EXPECT_GT(error(StudiedCode::lagrange, 8), 0.01);
  EXPECT_LT(error(StudiedCode::coloured, 8), 2e-7);
}

TEST(Stability, PlainSumsLoseLittle) {
  for (const double error : plain_sum_errors(200, 2, 10, 1)) {
    EXPECT_LT(error, 1e-6);
    EXPECT_GT(error, 1e-8);
  }
}

TEST(Stability, RowsAreTheSameForAnyNumberOfThreads) {
  std::vector<ReproducedScheme> schemes;
  schemes.push_back({"small", "small", Assignment::cyclic(12, 12, 4).value()});
  const auto one = study_stability(schemes, 5, 3, 1);
  const auto three = study_stability(schemes, 5, 3, 3);
  ASSERT_EQ(one.size(), 12U);  // 2, 3, 4 blocks; 8 do not go with replication 4
  for (std::size_t k = 0; k < one.size(); ++k) {
    EXPECT_EQ(one[k].condition, three[k].condition);
    EXPECT_EQ(one[k].error_p50, three[k].error_p50);
    EXPECT_EQ(one[k].error_p99, three[k].error_p99);
    EXPECT_LE(one[k].error_p50, one[k].error_p99);
  }
}

}  // namespace
}  // namespace gleaner
