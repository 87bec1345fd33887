#include "objective/linear_kernels.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "objective/dense_kernels.h"

namespace gleaner {
namespace {

// Two doubles that add and multiply as one: what every x86-64 and AArch64 processor can do. More than a few
// outputs go to dense_kernels.h.
using Pair = double __attribute__((vector_size(16)));
using Rows = std::span<const std::size_t>;

// K numbers of a row of W (or of S or d) in registers.
template <std::size_t K>
struct Row {
  using Lane = std::conditional_t<K % 2 == 0, Pair, double>;
  static constexpr std::size_t kWidth = sizeof(Lane) / sizeof(double);
  std::array<Lane, K / kWidth> lanes;

  static constexpr auto kLanes = std::make_index_sequence<K / kWidth>{};

  // Lane by lane, and without loops: else the compiler keeps the row in memory, sanitizers watching.
  explicit Row(const double* from) { load(from, kLanes); }
  void store(double* to) const { store(to, kLanes); }
  void add(double x, const Row& other) { add(x, other, kLanes); }

 private:
  template <std::size_t... L>
  void load(const double* from, std::index_sequence<L...>) {
    (std::memcpy(&lanes[L], from + L * kWidth, sizeof(Lane)), ...);
  }
  template <std::size_t... L>
  void store(double* to, std::index_sequence<L...>) const {
    (std::memcpy(to + L * kWidth, &lanes[L], sizeof(Lane)), ...);
  }
  template <std::size_t... L>
  void add(double x, const Row& other, std::index_sequence<L...>) {
    ((lanes[L] += x * other.lanes[L]), ...);
  }
};

template <std::size_t K, std::size_t R, std::size_t... I>
std::array<Row<K>, R> load_rows(const double* from, std::index_sequence<I...>) {
  return {Row<K>(from + I * K)...};
}

template <std::size_t R>
std::array<const float*, R> pointers(const Samples& s, const std::size_t* rows) {
  std::array<const float*, R> x;
  for (std::size_t r = 0; r < R; ++r) x[r] = s.dense.data() + rows[r] * s.features;
  return x;
}

// The kernels for K outputs, a number known to the compiler.
template <std::size_t K>
struct Fixed {
  // Dense rows taken together, so that W and G are passed over once for all of them: as many as keep their
  // numbers in the 16 registers of a Pair.
  static constexpr std::size_t kTogether = K <= 2 ? 8 : 2;

  // scores_r += sum_j x_rj W_j for R rows.
  template <std::size_t R>
  static void score_dense(const Samples& s, const std::size_t* rows, const double* theta, double* scores) {
    const auto x = pointers<R>(s, rows);
    auto sums = load_rows<K, R>(scores, std::make_index_sequence<R>{});
    for (std::size_t j = 0; j < s.features; ++j) {
      const Row<K> w(theta + j * K);
      for (std::size_t r = 0; r < R; ++r) sums[r].add(x[r][j], w);
    }
    for (std::size_t r = 0; r < R; ++r) sums[r].store(scores + r * K);
  }

  // G_j += sum_r x_rj d_r, r ascending, for R rows.
  template <std::size_t R>
  static void outer_dense(const Samples& s, const std::size_t* rows, const double* slopes, double* gradient) {
    const auto x = pointers<R>(s, rows);
    const auto d = load_rows<K, R>(slopes, std::make_index_sequence<R>{});
    for (std::size_t j = 0; j < s.features; ++j) {
      Row<K> g(gradient + j * K);
      for (std::size_t r = 0; r < R; ++r) g.add(x[r][j], d[r]);
      g.store(gradient + j * K);
    }
  }

  static void score_sparse(const Samples& s, std::size_t row, const double* theta, double* scores) {
    Row<K> sums(scores);
    for (std::uint64_t e = s.offsets[row]; e < s.offsets[row + 1]; ++e)
      sums.add(s.values[e], Row<K>(theta + s.columns[e] * K));
    sums.store(scores);
  }

  static void outer_sparse(const Samples& s, std::size_t row, const double* slopes, double* gradient) {
    const Row<K> d(slopes);
    for (std::uint64_t e = s.offsets[row]; e < s.offsets[row + 1]; ++e) {
      Row<K> g(gradient + s.columns[e] * K);
      g.add(s.values[e], d);
      g.store(gradient + s.columns[e] * K);
    }
  }
};

void add_scaled(double x, const double* from, std::size_t k, double* to) {
  for (std::size_t c = 0; c < k; ++c) to[c] += x * from[c];
}

template <class Kernels>
void score(const Samples& s, Rows rows, std::size_t k, const double* theta, double* scores) {
  std::size_t i = 0;
  if (s.is_sparse()) {
    for (; i < rows.size(); ++i) Kernels::score_sparse(s, rows[i], theta, scores + i * k);
    return;
  }
  constexpr std::size_t kTogether = Kernels::kTogether;
  for (; i + kTogether <= rows.size(); i += kTogether)
    Kernels::template score_dense<kTogether>(s, &rows[i], theta, scores + i * k);
  for (; i < rows.size(); ++i) Kernels::template score_dense<1>(s, &rows[i], theta, scores + i * k);
}

template <class Kernels>
void add_outer(const Samples& s, Rows rows, std::size_t k, const double* slopes, double* gradient) {
  std::size_t i = 0;
  if (s.is_sparse()) {
    for (; i < rows.size(); ++i) Kernels::outer_sparse(s, rows[i], slopes + i * k, gradient);
    return;
  }
  constexpr std::size_t kTogether = Kernels::kTogether;
  for (; i + kTogether <= rows.size(); i += kTogether)
    Kernels::template outer_dense<kTogether>(s, &rows[i], slopes + i * k, gradient);
  for (; i < rows.size(); ++i) Kernels::template outer_dense<1>(s, &rows[i], slopes + i * k, gradient);
}

// Calls f(i, m, X) for the rows i..i+m-1 of the list as doubles, so few at a time that they stay in the
// cache.
template <class F>
void in_doubles(const Samples& s, Rows rows, F&& f) {
  constexpr std::size_t kNumbers = std::size_t{1} << 15;
  thread_local std::vector<double> x;
  const std::size_t most = std::clamp<std::size_t>(kNumbers / std::max<std::size_t>(s.features, 1), 4, 128);
  for (std::size_t i = 0; i < rows.size(); i += most) {
    const Rows some = rows.subspan(i, std::min(most, rows.size() - i));
    x.resize(some.size() * s.features);
    copy_rows(s, some, x.data());
    f(i, some.size(), x.data());
  }
}

void score_wide(const Samples& s, Rows rows, std::size_t k, const double* theta, double* scores) {
  if (s.is_sparse()) return add_sparse_product(s, rows, k, theta, scores);
  in_doubles(s, rows, [&](std::size_t i, std::size_t m, const double* x) {
    add_product(m, s.features, k, x, theta, scores + i * k);
  });
}

void add_outer_wide(const Samples& s, Rows rows, std::size_t k, const double* slopes, double* gradient) {
  if (s.is_sparse()) return add_sparse_transposed_product(s, rows, k, slopes, gradient);
  in_doubles(s, rows, [&](std::size_t i, std::size_t m, const double* x) {
    add_transposed_product(m, s.features, k, x, slopes + i * k, gradient);
  });
}

// Ten outputs do not fill wide vectors: short rows of sparse samples are quicker in pairs.
bool in_pairs(const Samples& s, std::size_t k) { return k <= 2 || (k == 10 && s.is_sparse()); }

}  // namespace

void score_rows(const Samples& s, Rows rows, std::size_t k, const double* theta, double* scores) {
  const double* bias = theta + s.features * k;
  for (std::size_t i = 0; i < rows.size(); ++i) std::copy_n(bias, k, scores + i * k);
  if (!in_pairs(s, k)) return score_wide(s, rows, k, theta, scores);
  switch (k) {  // the common cases: binary, two classes, ten digits
    case 1: return score<Fixed<1>>(s, rows, k, theta, scores);
    case 2: return score<Fixed<2>>(s, rows, k, theta, scores);
    default: return score<Fixed<10>>(s, rows, k, theta, scores);
  }
}

void add_outer_products(const Samples& s, Rows rows, std::size_t k, const double* slopes, double* gradient) {
  double* bias = gradient + s.features * k;
  for (std::size_t i = 0; i < rows.size(); ++i) add_scaled(1, slopes + i * k, k, bias);
  if (!in_pairs(s, k)) return add_outer_wide(s, rows, k, slopes, gradient);
  switch (k) {
    case 1: return add_outer<Fixed<1>>(s, rows, k, slopes, gradient);
    case 2: return add_outer<Fixed<2>>(s, rows, k, slopes, gradient);
    default: return add_outer<Fixed<10>>(s, rows, k, slopes, gradient);
  }
}

}  // namespace gleaner
