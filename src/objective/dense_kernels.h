// Matrix products of a multi-layer perceptron, on the widest vectors that the processor has.
#pragma once

#include <cstddef>
#include <span>

#include "objective/samples.h"

namespace gleaner {

/// Row-major double matrices. Every element of a result is a sum of its own in a lane of its own, taken in
/// ascending order of the inner index, and no product is fused with its sum. So the bits depend neither on
/// the width of the vectors (the SIMD level is chosen at run time) nor on the cut into batches, and sparse
/// rows give what the same rows give in dense form. That costs the fused multiply-add, at most half of the
/// peak; replicas of a chunk on different processors stand in for one another in return.
///
/// Thread safe; results overlap no input.

/// S += A W, with A m x k, W k x n, S m x n. 2 m k n flops.
void add_product(std::size_t m, std::size_t k, std::size_t n, const double* a, const double* w, double* s);

/// G += A^T D, with A m x k, D m x n, G k x n: over the m rows ascending. 2 m k n flops.
void add_transposed_product(std::size_t m, std::size_t k, std::size_t n, const double* a, const double* d,
                            double* g);

/// S += X W for the listed rows X of sparse samples, W features x n. 2 n flops per nonzero.
/// REQUIRES: samples.is_sparse().
void add_sparse_product(const Samples& samples, std::span<const std::size_t> rows, std::size_t n,
                        const double* w, double* s);

/// G += X^T D for the same X, over the rows in the order of the list.
void add_sparse_transposed_product(const Samples& samples, std::span<const std::size_t> rows, std::size_t n,
                                   const double* d, double* g);

/// The listed rows of dense samples, as doubles: `to` is rows.size() x features. REQUIRES:
/// !samples.is_sparse().
void copy_rows(const Samples& samples, std::span<const std::size_t> rows, double* to);

/// The SIMD level that the kernels run on, e.g. "AVX2".
[[nodiscard]] const char* dense_kernel_target();

}  // namespace gleaner
