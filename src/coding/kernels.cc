#include "coding/kernels.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>

#include "base/check.h"

// The loops below are compiled twice on x86, and the wider one is taken where the machine has it. Every
// coordinate is summed by itself in ascending order of rows, without fused multiply-add: both give the same
// bits.
#if defined(__x86_64__) && defined(__GNUC__)
#define GLEANER_WIDE 1
#endif

namespace gleaner {
namespace {

constexpr std::size_t kTile = 512;  // accumulators of one tile: 4 KiB
constexpr std::size_t kAtOnce = 4;  // streams that one pass over the accumulators adds

// Up to kAtOnce streams of the same length and their factors.
struct Bundle {
  std::array<const float*, kAtOnce> stream;
  std::array<double, kAtOnce> factor;
  std::size_t count = 0;
};

// sum[t] += factor * stream[t] for one stream after another, in the order of the bundle.
[[gnu::always_inline]] inline void add_bundle(const Bundle& bundle, std::size_t length,
                                              double* __restrict sum) {
  if (bundle.count == kAtOnce) {
    const float* const a = bundle.stream[0];
    const float* const b = bundle.stream[1];
    const float* const c = bundle.stream[2];
    const float* const d = bundle.stream[3];
    const double fa = bundle.factor[0];
    const double fb = bundle.factor[1];
    const double fc = bundle.factor[2];
    const double fd = bundle.factor[3];
    for (std::size_t t = 0; t < length; ++t) {
      double value = sum[t];
      value += fa * static_cast<double>(a[t]);
      value += fb * static_cast<double>(b[t]);
      value += fc * static_cast<double>(c[t]);
      value += fd * static_cast<double>(d[t]);
      sum[t] = value;
    }
    return;
  }
  for (std::size_t s = 0; s < bundle.count; ++s) {
    const float* const a = bundle.stream[s];
    const double fa = bundle.factor[s];
    for (std::size_t t = 0; t < length; ++t) sum[t] += fa * static_cast<double>(a[t]);
  }
}

[[gnu::always_inline]] inline void round_tile(const double* __restrict sum, std::size_t length,
                                              float* __restrict out) {
  for (std::size_t t = 0; t < length; ++t) out[t] = static_cast<float>(sum[t]);
}

void add_plain(const Bundle& bundle, std::size_t length, double* sum) { add_bundle(bundle, length, sum); }
void round_plain(const double* sum, std::size_t length, float* out) { round_tile(sum, length, out); }

using Add = void (*)(const Bundle&, std::size_t, double*);
using Round = void (*)(const double*, std::size_t, float*);

struct Loops {
  Add add;
  Round round;
};

#ifdef GLEANER_WIDE
[[gnu::target("avx2")]] void add_wide(const Bundle& bundle, std::size_t length, double* sum) {
  add_bundle(bundle, length, sum);
}
[[gnu::target("avx2")]] void round_wide(const double* sum, std::size_t length, float* out) {
  round_tile(sum, length, out);
}

Loops choose() {
  if (__builtin_cpu_supports("avx2")) return {add_wide, round_wide};
  return {add_plain, round_plain};
}
#else
Loops choose() { return {add_plain, round_plain}; }
#endif

const Loops& loops() {
  static const Loops chosen = choose();
  return chosen;
}

// Adds streams to a tile in the order in which they come, several per pass.
class TileSum {
 public:
  explicit TileSum(const Loops& with) : with_(with) {}

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
    if (++pending_.count == kAtOnce) flush();
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

  const Loops& with_;
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
  TileSum sum(loops());
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
  TileSum sum(loops());
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
