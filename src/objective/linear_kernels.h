// The two products of a linear model: scores of rows, and the sum of outer products of rows and slopes.
#pragma once

#include <cstddef>
#include <span>

#include "objective/samples.h"

namespace gleaner {

/// Symbols: p features, k outputs; theta = (W, b) with W p x k row-major, then b of k; x_i row i.
///
/// All sums are kept in double precision and taken in a fixed order: over the features of a row ascending,
/// over the rows in the order of `rows`. Every output is a lane of its own, and no product is fused with its
/// sum. So the bits are the same for dense rows, for the same rows compressed, for any cut into batches, at
/// every optimisation level and on every processor.

/// S_i = b + x_i W for the i-th row that `rows` lists. `scores` is rows.size() x k row-major.
void score_rows(const Samples& samples, std::span<const std::size_t> rows, std::size_t k, const double* theta,
                double* scores);

/// G_W += x_i^T d_i and G_b += d_i for the i-th row that `rows` lists, where `slopes` (rows.size() x k) holds
/// the d_i and `gradient` is laid out as theta.
void add_outer_products(const Samples& samples, std::span<const std::size_t> rows, std::size_t k,
                        const double* slopes, double* gradient);

}  // namespace gleaner
