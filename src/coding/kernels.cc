#include "coding/kernels.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>

#include "base/check.h"
#include "coding/kernel_loops.h"

namespace gleaner {
namespace {

constexpr std::size_t kTile = 512;  // accumulators of one tile: 4 KiB

// Adds streams to a tile in the order in which they come, several per pass.
class TileSum {
 public:
  void start(std::size_t length) {
    length_ = length;
    std::fill_n(sum_.begin(), length, 0.0);
  }

  // A stream shorter than the tile ends in zero padding; a zero factor adds nothing.
  void add(const float* stream, double factor, std::size_t available) {
    if (factor == 0 || available == 0) return;
    if (available < length_) {
      flush();
      with_.add({{stream}, {factor}, 1}, available, sum_.data());
      return;
    }
    pending_.stream[pending_.count] = stream;
    pending_.factor[pending_.count] = factor;
    if (++pending_.count == kStreamsAtOnce) flush();
  }

  void finish(float* out, std::size_t length) {
    flush();
    with_.round(sum_.data(), length, out);
  }

 private:
  void flush() {
    if (pending_.count > 0) with_.add(pending_, length_, sum_.data());
    pending_.count = 0;
  }

  const KernelLoops& with_ = kernel_loops().back();
  std::size_t length_ = 0;
  Bundle pending_;
  alignas(64) std::array<double, kTile> sum_;
};

// How many of the coordinates begin .. begin + length - 1 lie below d.
std::size_t inside(std::size_t begin, std::size_t length, std::size_t dimension) {
  return begin >= dimension ? 0 : std::min(length, dimension - begin);
}

}  // namespace

void encode_segment(std::span<const std::span<const float>> gradients, std::span<const double> u,
                    std::size_t blocks, std::size_t first, std::span<float> out) {
  GLEANER_CHECK(blocks >= 1 && u.size() == gradients.size() * blocks, "one row of coefficients per gradient");
  const std::size_t dimension = gradients.empty() ? 0 : gradients[0].size();
  const std::size_t b = block_length(dimension, blocks);
  GLEANER_CHECK(gradients.empty() || first + out.size() <= b, "the segment ends after the coded vector");
  TileSum sum;
  for (std::size_t t = 0; t < out.size(); t += kTile) {
    const std::size_t length = std::min(kTile, out.size() - t);
    sum.start(length);
    for (std::size_t s = 0; s < gradients.size(); ++s) {
      GLEANER_CHECK(gradients[s].size() == dimension, "all gradients have the same length");
      for (std::size_t k = 0; k < blocks; ++k) {
        const std::size_t begin = k * b + first + t;
        const std::size_t available = inside(begin, length, dimension);
        if (available > 0) sum.add(gradients[s].data() + begin, u[s * blocks + k], available);
      }
    }
    sum.finish(out.data() + t, length);
  }
}

void decode_segment(std::span<const std::span<const float>> vectors, std::span<const double> rows,
                    std::size_t blocks, std::size_t first, std::span<float> gradient) {
  GLEANER_CHECK(blocks >= 1 && rows.size() == vectors.size() * blocks, "one decoding row per vector");
  if (vectors.empty()) return;
  const std::size_t segment = vectors[0].size();
  const std::size_t b = block_length(gradient.size(), blocks);
  GLEANER_CHECK(first + segment <= b, "the segment ends after the coded vector");
  TileSum sum;
  for (std::size_t t = 0; t < segment; t += kTile) {
    const std::size_t length = std::min(kTile, segment - t);
    for (std::size_t k = 0; k < blocks; ++k) {
      const std::size_t begin = k * b + first + t;
      const std::size_t kept = inside(begin, length, gradient.size());
      if (kept == 0) continue;
      sum.start(length);
      for (std::size_t j = 0; j < vectors.size(); ++j) {
        GLEANER_CHECK(vectors[j].size() == segment, "all segments have the same length");
        sum.add(vectors[j].data() + t, rows[j * blocks + k], length);
      }
      sum.finish(gradient.data() + begin, kept);
    }
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
