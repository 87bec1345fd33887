// How much of float32 is left after encoding and decoding: the paper's code, ours, and two classical ones.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "coding/assignment.h"
#include "coding/frame.h"
#include "study/reproduce.h"

namespace gleaner {

/// Where the decoding vectors r_j of worker j in R^l come from.
enum class StudiedCode : std::uint8_t {
  gaussian,  ///< i.i.d. N(0,1), as in the paper
  coloured,  ///< Frame::coloured
  /// r_j = (1, x_j, .., x_j^(l-1)): every worker is a point x_j = (2 j + 1) / m - 1, evenly spread over
  /// [-1, 1], and the blocks are the coefficients of a polynomial of degree l - 1.
  vandermonde,
  /// r_j[k] = prod_{i != k} (x_j - t_i) / (t_k - t_i): the same points, but the blocks are the values of the
  /// polynomial at the l Chebyshev nodes t_k = cos((2 k + 1) pi / (2 l)).
  lagrange,
};
inline constexpr StudiedCode kStudiedCodes[] = {StudiedCode::gaussian, StudiedCode::coloured,
                                                StudiedCode::vandermonde, StudiedCode::lagrange};
[[nodiscard]] std::string_view name_of(StudiedCode code);

/// The vectors of a code. `seed` for those that are drawn or searched.
[[nodiscard]] Frame studied_frame(StudiedCode code, const Assignment& assignment, std::size_t blocks,
                                  std::uint64_t seed);

/// ||ghat - g|| / ||g|| of so many recoveries, one number each. Every recovery draws chunk gradients of 32 l
/// floats, uniform on [-1, 1), and a state: chunks are finished one after another, each by a worker drawn
/// from those that have some left, in the paper's order, until every chunk has l copies. Coefficients,
/// float32 vectors and decoding are those of training (coefficients.h, kernels.h); g is the sum in double
/// precision. Infinite where ghat is not finite. A pure function of its arguments. REQUIRES: replication >=
/// l.
[[nodiscard]] std::vector<double> recovery_errors(const Assignment& assignment, const Frame& frame,
                                                  std::size_t recoveries, std::uint64_t seed);

/// The error of adding the same gradients one after another in float32.
[[nodiscard]] std::vector<double> plain_sum_errors(std::size_t chunks, std::size_t blocks,
                                                   std::size_t recoveries, std::uint64_t seed);

/// One row for every scheme, l of 2, 3, 4, 8 (as far as the replication goes) and code, in this order.
[[nodiscard]] std::vector<StabilityRow> study_stability(const std::vector<ReproducedScheme>& schemes,
                                                        std::size_t recoveries, std::uint64_t seed,
                                                        std::size_t threads);

}  // namespace gleaner
