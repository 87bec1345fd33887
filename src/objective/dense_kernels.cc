#include "objective/dense_kernels.h"

#include <algorithm>
#include <array>

// Vectors of a size that only the machine knows cannot be kept in arrays: such Arm processors run NEON,
// RISC-V scalar code.
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "objective/dense_kernels.cc"
#include <hwy/foreach_target.h>  // compiles this file once per level

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace gleaner {
namespace HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

using Rows = std::span<const std::size_t>;

// Columns k of W that are passed over together: with two vectors each they stay in the first-level cache.
constexpr std::size_t kInner = 256;

// The arithmetic of all four kernels: R sums of V vectors each, kept in registers.
template <class D, std::size_t R, std::size_t V>
struct Tile {
  std::array<std::array<hn::Vec<D>, V>, R> sums;

  HWY_INLINE void load(const double* from, std::size_t stride) {
    for (std::size_t r = 0; r < R; ++r) {
      for (std::size_t v = 0; v < V; ++v) sums[r][v] = hn::LoadU(D(), from + r * stride + v * hn::Lanes(D()));
    }
  }
  HWY_INLINE void store(double* to, std::size_t stride) const {
    for (std::size_t r = 0; r < R; ++r) {
      for (std::size_t v = 0; v < V; ++v) hn::StoreU(sums[r][v], D(), to + r * stride + v * hn::Lanes(D()));
    }
  }
  // sums[r] += x[r * x_stride] row
  HWY_INLINE void add(const double* x, std::size_t x_stride, const double* row) {
    std::array<hn::Vec<D>, V> w;
    for (std::size_t v = 0; v < V; ++v) w[v] = hn::LoadU(D(), row + v * hn::Lanes(D()));
    for (std::size_t r = 0; r < R; ++r) {
      const auto factor = hn::Set(D(), x[r * x_stride]);
      for (std::size_t v = 0; v < V; ++v) sums[r][v] = hn::Add(sums[r][v], hn::Mul(factor, w[v]));
    }
  }
};

// Calls f(D, V, c) for tiles of V vectors of type D that cover the columns c of 0..n-1, wide ones first; the
// last columns get narrower vectors.
template <std::size_t V, class F>
HWY_INLINE void for_columns(std::size_t n, F&& f) {
  using Full = hn::ScalableTag<double>;
  constexpr std::size_t kLanes = hn::MaxLanes(Full());
  std::size_t c = 0;
  for (; c + V * kLanes <= n; c += V * kLanes) f(Full(), std::integral_constant<std::size_t, V>(), c);
  const std::integral_constant<std::size_t, 1> one;
  for (; c + kLanes <= n; c += kLanes) f(Full(), one, c);
  if constexpr (kLanes > 4) {
    if (c + 4 <= n) f(hn::CappedTag<double, 4>(), one, c), c += 4;
  }
  if constexpr (kLanes > 2) {
    if (c + 2 <= n) f(hn::CappedTag<double, 2>(), one, c), c += 2;
  }
  if constexpr (kLanes > 1) {
    if (c < n) f(hn::CappedTag<double, 1>(), one, c);
  }
}

// R rows of S at a time, from row r on while there are R; returns the first row that is left.
template <class D, std::size_t R, std::size_t V>
HWY_INLINE std::size_t product_rows(std::size_t r, std::size_t m, std::size_t first, std::size_t last,
                                    std::size_t k, std::size_t n, const double* a, const double* w,
                                    double* s) {
  for (; r + R <= m; r += R) {
    Tile<D, R, V> tile;
    tile.load(s + r * n, n);
    for (std::size_t j = first; j < last; ++j) tile.add(a + r * k + j, k, w + j * n);
    tile.store(s + r * n, n);
  }
  return r;
}

void add_product(std::size_t m, std::size_t k, std::size_t n, const double* a, const double* w, double* s) {
  for_columns<2>(n, [&](auto d, auto v, std::size_t c) HWY_ATTR {
    using D = decltype(d);
    constexpr std::size_t kV = decltype(v)::value;
    for (std::size_t first = 0; first < k; first += kInner) {
      const std::size_t last = std::min(first + kInner, k);
      const std::size_t r = product_rows<D, 4, kV>(0, m, first, last, k, n, a, w + c, s + c);
      product_rows<D, 1, kV>(r, m, first, last, k, n, a, w + c, s + c);
    }
  });
}

template <class D, std::size_t R, std::size_t V>
HWY_INLINE std::size_t transposed_rows(std::size_t j, std::size_t m, std::size_t k, std::size_t n,
                                       const double* a, const double* d, double* g) {
  for (; j + R <= k; j += R) {
    Tile<D, R, V> tile;
    tile.load(g + j * n, n);
    for (std::size_t r = 0; r < m; ++r) tile.add(a + r * k + j, 1, d + r * n);
    tile.store(g + j * n, n);
  }
  return j;
}

void add_transposed_product(std::size_t m, std::size_t k, std::size_t n, const double* a, const double* d,
                            double* g) {
  for_columns<2>(n, [&](auto tag, auto v, std::size_t c) HWY_ATTR {
    using D = decltype(tag);
    constexpr std::size_t kV = decltype(v)::value;
    const std::size_t j = transposed_rows<D, 4, kV>(0, m, k, n, a, d + c, g + c);
    transposed_rows<D, 1, kV>(j, m, k, n, a, d + c, g + c);
  });
}

void add_sparse_product(const Samples& x, Rows rows, std::size_t n, const double* w, double* s) {
  for_columns<8>(n, [&](auto d, auto v, std::size_t c) HWY_ATTR {
    for (std::size_t r = 0; r < rows.size(); ++r) {
      Tile<decltype(d), 1, decltype(v)::value> tile;
      tile.load(s + r * n + c, 0);
      for (std::uint64_t e = x.offsets[rows[r]]; e < x.offsets[rows[r] + 1]; ++e) {
        const double value = x.values[e];
        tile.add(&value, 0, w + x.columns[e] * n + c);
      }
      tile.store(s + r * n + c, 0);
    }
  });
}

void add_sparse_transposed_product(const Samples& x, Rows rows, std::size_t n, const double* d, double* g) {
  for_columns<8>(n, [&](auto tag, auto v, std::size_t c) HWY_ATTR {
    for (std::size_t r = 0; r < rows.size(); ++r) {
      for (std::uint64_t e = x.offsets[rows[r]]; e < x.offsets[rows[r] + 1]; ++e) {
        const double value = x.values[e];
        double* row = g + x.columns[e] * n + c;
        Tile<decltype(tag), 1, decltype(v)::value> tile;
        tile.load(row, 0);
        tile.add(&value, 0, d + r * n + c);
        tile.store(row, 0);
      }
    }
  });
}

const char* target() { return hwy::TargetName(HWY_TARGET); }

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace gleaner
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace gleaner {
namespace {
HWY_EXPORT(add_product);
HWY_EXPORT(add_transposed_product);
HWY_EXPORT(add_sparse_product);
HWY_EXPORT(add_sparse_transposed_product);
HWY_EXPORT(target);
}  // namespace

void add_product(std::size_t m, std::size_t k, std::size_t n, const double* a, const double* w, double* s) {
  HWY_DYNAMIC_DISPATCH(add_product)(m, k, n, a, w, s);
}
void add_transposed_product(std::size_t m, std::size_t k, std::size_t n, const double* a, const double* d,
                            double* g) {
  HWY_DYNAMIC_DISPATCH(add_transposed_product)(m, k, n, a, d, g);
}
void add_sparse_product(const Samples& x, std::span<const std::size_t> rows, std::size_t n, const double* w,
                        double* s) {
  HWY_DYNAMIC_DISPATCH(add_sparse_product)(x, rows, n, w, s);
}
void add_sparse_transposed_product(const Samples& x, std::span<const std::size_t> rows, std::size_t n,
                                   const double* d, double* g) {
  HWY_DYNAMIC_DISPATCH(add_sparse_transposed_product)(x, rows, n, d, g);
}
void copy_rows(const Samples& x, std::span<const std::size_t> rows, double* to) {
  for (std::size_t r = 0; r < rows.size(); ++r)
    std::copy_n(x.dense.data() + rows[r] * x.features, x.features, to + r * x.features);
}

const char* dense_kernel_target() { return HWY_DYNAMIC_DISPATCH(target)(); }

}  // namespace gleaner
#endif
