// The vector kernels against triple loops: the same bits, at every SIMD level that this machine has.
#include "objective/dense_kernels.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <hwy/targets.h>
#include <numeric>
#include <set>
#include <string>

#include "base/random.h"
#include "objective/test_samples.h"

namespace gleaner {
namespace {

using ::gleaner::test::RandomRows;

std::vector<double> numbers(std::size_t size, std::uint64_t seed) {
  Random random({.seed = seed, .purpose = Purpose::test});
  std::vector<double> out(size);
  for (double& x : out) x = 2 * random.uniform() - 1;
  return out;
}

struct Shape {
  std::size_t m, k, n;
};

Shape any_shape() {
  return {*rc::gen::inRange<std::size_t>(0, 12), *rc::gen::inRange<std::size_t>(0, 20),
          *rc::gen::inRange<std::size_t>(0, 50)};
}

// Runs `check` at every level from the widest down.
template <class F>
void at_every_level(F&& check) {
  for (const auto target : hwy::SupportedAndGeneratedTargets()) {
    hwy::SetSupportedTargetsForTest(target);
    check();
  }
  hwy::SetSupportedTargetsForTest(0);
}

RC_GTEST_PROP(DenseKernels, ProductsHaveTheBitsOfTripleLoops, ()) {
  const auto [m, k, n] = any_shape();
  const auto a = numbers(m * k, 1);
  const auto w = numbers(k * n, 2);
  const auto start = numbers(m * n, 3);
  std::vector<double> plain = start;
  for (std::size_t r = 0; r < m; ++r) {
    for (std::size_t c = 0; c < n; ++c) {
      for (std::size_t j = 0; j < k; ++j) plain[r * n + c] += a[r * k + j] * w[j * n + c];
    }
  }
  at_every_level([&, m = m, k = k, n = n] {
    std::vector<double> s = start;
    add_product(m, k, n, a.data(), w.data(), s.data());
    RC_ASSERT(s == plain);
  });
}

RC_GTEST_PROP(DenseKernels, TransposedProductsHaveTheBitsOfTripleLoops, ()) {
  const auto [m, k, n] = any_shape();
  const auto a = numbers(m * k, 1);
  const auto d = numbers(m * n, 2);
  const auto start = numbers(k * n, 3);
  std::vector<double> plain = start;
  for (std::size_t r = 0; r < m; ++r) {
    for (std::size_t j = 0; j < k; ++j) {
      for (std::size_t c = 0; c < n; ++c) plain[j * n + c] += a[r * k + j] * d[r * n + c];
    }
  }
  at_every_level([&, m = m, k = k, n = n] {
    std::vector<double> g = start;
    add_transposed_product(m, k, n, a.data(), d.data(), g.data());
    RC_ASSERT(g == plain);
  });
}

// A long inner index is cut where the first-level cache ends; that must not show.
TEST(DenseKernels, LongSumsHaveTheBitsOfOneLoop) {
  const std::size_t k = 1000;
  const auto a = numbers(5 * k, 1);
  const auto w = numbers(k * 19, 2);
  std::vector<double> plain(5 * 19, 0);
  for (std::size_t r = 0; r < 5; ++r) {
    for (std::size_t c = 0; c < 19; ++c) {
      for (std::size_t j = 0; j < k; ++j) plain[r * 19 + c] += a[r * k + j] * w[j * 19 + c];
    }
  }
  std::vector<double> s(5 * 19, 0);
  add_product(5, k, 19, a.data(), w.data(), s.data());
  EXPECT_EQ(s, plain);
}

RC_GTEST_PROP(DenseKernels, SparseRowsGiveWhatTheSameDenseRowsGive, ()) {
  const auto [m, k, narrow] = any_shape();
  const std::size_t n = narrow * *rc::gen::element<std::size_t>(1, 5);
  const RandomRows dense(m + 1, k + 1, 2, 0.3, 7);
  const CompressedRows compact = compress(dense.view());
  const Samples sparse = compact.view(dense.view());
  const std::vector<double> a(dense.dense.begin(), dense.dense.end());
  std::vector<std::size_t> rows(dense.rows);
  std::iota(rows.begin(), rows.end(), 0U);
  const auto w = numbers(dense.features * n, 1);
  at_every_level([&] {
    std::vector<double> s = numbers(dense.rows * n, 2);
    std::vector<double> s_sparse = s;
    add_product(dense.rows, dense.features, n, a.data(), w.data(), s.data());
    add_sparse_product(sparse, rows, n, w.data(), s_sparse.data());
    RC_ASSERT(s == s_sparse);
    std::vector<double> g = numbers(dense.features * n, 3);
    std::vector<double> g_sparse = g;
    add_transposed_product(dense.rows, dense.features, n, a.data(), s.data(), g.data());
    add_sparse_transposed_product(sparse, rows, n, s.data(), g_sparse.data());
    RC_ASSERT(g == g_sparse);
  });
}

// Without this the tests above might all have run on one level.
TEST(DenseKernels, RunOnEveryLevelOfThisMachine) {
  std::set<std::string> levels;
  at_every_level([&] { levels.insert(dense_kernel_target()); });
  EXPECT_EQ(levels.size(), hwy::SupportedAndGeneratedTargets().size());
}

}  // namespace
}  // namespace gleaner
