// Encoding and decoding of vectors, segment by segment (protocol.md section 3).
//
// Layout. A gradient of d floats is cut into l blocks of b = ceil(d / l) floats: block k is the coordinates
// [k b, (k+1) b), zero padded at the end. A coded vector has b floats. A segment is a range of ITS
// coordinates. Sums are accumulated in double, in ascending order of rows, and rounded to float once: error
// per coordinate <= n 2^-53 sum |u g| + 2^-24 |result|, n = number of terms. The bits of a coordinate depend
// on its terms alone: not on the cut into segments, the thread that makes one, alignment, or the SIMD level
// (decisions/0003).
//
// Every float is read from memory once and written once, at the rate of a plain sum of the same streams
// (bench/kernel_bench). There are no threads in here: segments that do not overlap may be made by several
// threads at the same time. It was not worth it so far: one thread encodes and decodes 16 GB/s, and in a
// round of training it is one percent of the work.
#pragma once

#include <cstddef>
#include <span>

namespace gleaner {

/// b = ceil(dimension / blocks).
[[nodiscard]] constexpr std::size_t block_length(std::size_t dimension, std::size_t blocks) {
  return (dimension + blocks - 1) / blocks;
}

/// out[t] = sum_s sum_k u[s l + k] * gradients[s][k b + first + t], t = 0..out.size()-1; coordinates from d
/// on count as 0. REQUIRES: every gradients[s].size() == d; u.size() == gradients.size() * blocks; first +
/// out.size() <= b; out overlaps no gradient. Thread safe. Flops 2 l n out.size(), reads l n out.size()
/// floats, n = gradients.size(); blocks whose u is 0 are not read.
void encode_segment(std::span<const std::span<const float>> gradients, std::span<const double> u,
                    std::size_t blocks, std::size_t first, std::span<float> out);

/// gradient[k b + first + t] = sum_j rows[j l + k] * vectors[j][t] for all k and t; coordinates from d on are
/// dropped. `vectors` are the same segment of every coded vector, in worker order, equal lengths. REQUIRES:
/// rows.size() == vectors.size() * blocks; first + vectors[j].size() <= block_length(gradient.size(),
/// blocks). Without vectors there is no segment: nothing is written. Thread safe. A vector whose number in
/// row k is 0 is not read for block k. Gradients from 32 MiB on are written around the caches.
void decode_segment(std::span<const std::span<const float>> vectors, std::span<const double> rows,
                    std::size_t blocks, std::size_t first, std::span<float> gradient);

/// True if every number is finite (no NaN, no infinity).
[[nodiscard]] bool all_finite(std::span<const float> values);

}  // namespace gleaner
