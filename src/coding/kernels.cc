#include "coding/kernels.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <vector>

#include "base/check.h"
#include "coding/kernel_loops.h"

namespace gleaner {
namespace {

// Coordinates that several combinations of the same streams go through together: 16 KiB of every stream,
// which the second-level cache keeps meanwhile.
constexpr std::size_t kSharedTile = 4096;
// A gradient from 32 MiB on does not survive in the caches until the optimiser reads it.
constexpr std::size_t kLargeGradient = std::size_t{1} << 23U;

// Reads the streams from memory once for all combinations.
void run(std::span<const Combination> combinations, std::size_t length, bool past_caches) {
  const KernelLoops& loops = kernel_loops();
  const std::size_t tile = combinations.size() == 1 ? length : kSharedTile;
  for (std::size_t t = 0; t < length; t += tile) {
    for (const Combination& c : combinations) loops.combine(c, t, std::min(length, t + tile), past_caches);
  }
}

// Coordinates begin .. end-1 of a coded vector: blocks 0 .. blocks-1 have all of them, the others none.
struct Stretch {
  std::size_t begin;
  std::size_t end;
  std::size_t blocks;
};

// Coordinates first .. first+length-1. At most one block is cut by the end of the gradient, so there are two
// stretches at most. One may be empty, and then its `blocks` means nothing. REQUIRES: dimension >= 1.
std::array<Stretch, 2> stretches(std::size_t first, std::size_t length, std::size_t dimension,
                                 std::size_t blocks) {
  const std::size_t b = block_length(dimension, blocks);
  const std::size_t whole = dimension / b;
  const std::size_t cut = std::clamp(dimension % b, first, first + length);
  return {{{first, cut, whole + 1}, {cut, first + length, whole}}};
}

// How many of the blocks k, k+1, .. below `blocks` are summed together: those that leave out the same
// vectors, in a number that there are loops for.
std::size_t together(std::span<const double> rows, std::size_t l, std::size_t k, std::size_t blocks) {
  const auto same_vectors = [&](std::size_t other) {
    for (std::size_t row = 0; row < rows.size(); row += l) {
      if ((rows[row + k] == 0) != (rows[row + other] == 0)) return false;
    }
    return true;
  };
  std::size_t count = 1;
  while (count < kSumsAtOnce && k + count < blocks && same_vectors(k + count)) ++count;
  return count == kSumsAtOnce ? count : std::min(count, kFewSums);
}

}  // namespace

void encode_segment(std::span<const std::span<const float>> gradients, std::span<const double> u,
                    std::size_t blocks, std::size_t first, std::span<float> out) {
  GLEANER_CHECK(blocks >= 1 && u.size() == gradients.size() * blocks, "one row of coefficients per gradient");
  if (gradients.empty()) std::fill(out.begin(), out.end(), 0.0F);
  const std::size_t dimension = gradients.empty() ? 0 : gradients[0].size();
  for (const auto& g : gradients) GLEANER_CHECK(g.size() == dimension, "all gradients have the same length");
  if (dimension == 0) return;
  const std::size_t b = block_length(dimension, blocks);
  GLEANER_CHECK(first + out.size() <= b, "the segment ends after the coded vector");
  for (const Stretch& part : stretches(first, out.size(), dimension, blocks)) {
    if (part.begin == part.end) continue;
    Combination sum;
    sum.outs = {out.data() + (part.begin - first)};
    for (std::size_t s = 0; s < gradients.size(); ++s) {
      for (std::size_t k = 0; k < part.blocks; ++k) {
        if (u[s * blocks + k] == 0) continue;
        sum.streams.push_back(gradients[s].data() + k * b + part.begin);
        sum.factors.push_back(u[s * blocks + k]);
      }
    }
    run({&sum, 1}, part.end - part.begin, false);
  }
}

void decode_segment(std::span<const std::span<const float>> vectors, std::span<const double> rows,
                    std::size_t blocks, std::size_t first, std::span<float> gradient) {
  GLEANER_CHECK(blocks >= 1 && rows.size() == vectors.size() * blocks, "one decoding row per vector");
  if (vectors.empty()) return;
  const std::size_t segment = vectors[0].size();
  for (const auto& v : vectors) GLEANER_CHECK(v.size() == segment, "all segments have the same length");
  const std::size_t b = block_length(gradient.size(), blocks);
  GLEANER_CHECK(first + segment <= b, "the segment ends after the coded vector");
  if (segment == 0) return;
  for (const Stretch& part : stretches(first, segment, gradient.size(), blocks)) {
    if (part.begin == part.end) continue;
    std::vector<Combination> sums;
    for (std::size_t k = 0; k < part.blocks; k += sums.back().outs.size()) {
      const std::size_t count = together(rows, blocks, k, part.blocks);
      Combination& sum = sums.emplace_back();
      for (std::size_t i = k; i < k + count; ++i) sum.outs.push_back(gradient.data() + i * b + part.begin);
      for (std::size_t j = 0; j < vectors.size(); ++j) {
        const auto row = rows.subspan(j * blocks + k, count);
        if (row[0] == 0) continue;
        sum.streams.push_back(vectors[j].data() + (part.begin - first));
        sum.factors.insert(sum.factors.end(), row.begin(), row.end());
      }
    }
    run(sums, part.end - part.begin, gradient.size() >= kLargeGradient);
  }
}

bool all_finite(std::span<const float> values) {
  constexpr std::uint32_t kExponent = 0x7f800000U;  // all ones in infinities and NaNs only
  while (!values.empty()) {
    const auto part = values.first(std::min<std::size_t>(values.size(), 4096));
    std::uint32_t bad = 0;
    for (const float x : part)
      bad |= static_cast<std::uint32_t>((std::bit_cast<std::uint32_t>(x) & kExponent) == kExponent);
    if (bad != 0) return false;
    values = values.subspan(part.size());
  }
  return true;
}

}  // namespace gleaner
