// Chunk gradients and coded vectors small enough to check by hand: the formulas of protocol.md section 3 in
// double precision, written as plainly as possible, a twin of the kernels that the drivers use.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "base/random.h"
#include "base/range.h"
#include "coding/code.h"
#include "coding/kernels.h"
#include "protocol/messages.h"

namespace gleaner::test {

using Numbers = std::vector<double>;

/// d numbers, l blocks, and in how many segments a coded vector travels.
struct ToyShape {
  std::size_t dimension = 0;
  std::size_t blocks = 1;
  std::uint32_t segments = 2;

  [[nodiscard]] std::size_t vector_length() const { return block_length(dimension, blocks); }
  [[nodiscard]] IndexRange range(std::uint32_t segment) const {
    return part_of(vector_length(), segment, segments);
  }
};

/// g_i of a round: uniform in [-1, 1), a pure function of round and chunk, as determinism asks (section 1).
inline Numbers toy_gradient(RoundId round, ChunkId chunk, std::size_t dimension) {
  Random random({.purpose = Purpose::test, .round = round.value, .position = chunk.value});
  Numbers g(dimension);
  for (double& x : g) x = 2 * random.uniform() - 1;
  return g;
}

/// g = sum_i g_i, what a round is to recover.
inline Numbers toy_sum(RoundId round, std::size_t chunks, std::size_t dimension) {
  Numbers sum(dimension, 0.0);
  for (std::uint32_t i = 0; i < chunks; ++i) {
    const Numbers g = toy_gradient(round, ChunkId(i), dimension);
    for (std::size_t t = 0; t < dimension; ++t) sum[t] += g[t];
  }
  return sum;
}

/// A segment of z_j = sum_s sum_k u_s[k] g_s[k]; `rows` as from Code::encode_rows, `gradients` by slot.
inline Numbers toy_encode(const ToyShape& shape, std::span<const double> rows,
                          const std::vector<const Numbers*>& gradients, std::uint32_t segment) {
  Numbers out;
  for (std::size_t t = shape.range(segment).first; t < shape.range(segment).last; ++t) {
    double z = 0;
    for (std::size_t s = 0; s < gradients.size(); ++s) {
      for (std::size_t k = 0; k < shape.blocks; ++k) {
        const std::size_t coordinate = k * shape.vector_length() + t;
        if (coordinate < shape.dimension) z += rows[s * shape.blocks + k] * (*gradients[s])[coordinate];
      }
    }
    out.push_back(z);
  }
  return out;
}

/// ghat[k] += r_j[k] z_j for one segment of one vector.
inline void toy_decode(const ToyShape& shape, std::span<const double> row, std::span<const double> part,
                       std::uint32_t segment, Numbers& gradient) {
  for (std::size_t t = 0; t < part.size(); ++t) {
    for (std::size_t k = 0; k < shape.blocks; ++k) {
      const std::size_t coordinate = k * shape.vector_length() + shape.range(segment).first + t;
      if (coordinate < shape.dimension) gradient[coordinate] += row[k] * part[t];
    }
  }
}

/// ||ghat operator - exact operator||_F^2 in block space, written out: for every chunk the l x l matrix
/// sum_j r_j u_{i,j}^T - I. The slow twin of Code::residual_squared (protocol.md section 4).
inline double operator_error_squared(const Plan& plan, const Code& code, const UsedSlots& used) {
  const std::size_t l = plan.blocks();
  std::vector<Numbers> error(plan.chunks(), Numbers(l * l, 0.0));
  for (Numbers& e : error) {
    for (std::size_t k = 0; k < l; ++k) e[k * l + k] = -1;
  }
  for (std::uint32_t j = 0; j < plan.workers(); ++j) {
    const WorkerId worker(j);
    if (used[j].empty()) continue;
    const Numbers u = code.encode_rows(plan, worker, used);
    const Numbers r = code.decode_row(plan, worker, used);
    std::size_t s = 0;
    used[j].for_each([&](Slot slot) {
      Numbers& e = error[plan.assignment().chunk_at(worker, slot).index()];
      for (std::size_t k = 0; k < l; ++k) {
        for (std::size_t q = 0; q < l; ++q) e[k * l + q] += r[k] * u[s * l + q];
      }
      ++s;
    });
  }
  double sum = 0;
  for (const Numbers& e : error) {
    for (const double x : e) sum += x * x;
  }
  return sum;
}

}  // namespace gleaner::test
