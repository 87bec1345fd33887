#include "coding/kernel_loops.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>

// This file is compiled once for every SIMD level, by including itself. Left out are levels whose registers
// have no size known to the compiler (no arrays of them), and those that lie between two others and gain
// nothing.
#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "coding/kernel_loops.cc"
#include <hwy/foreach_target.h>
// After foreach_target.h:
#include <hwy/cache_control.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace gleaner::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

constexpr std::size_t kTile = 128;         // coordinates: the sums of a tile stay in the first-level cache
constexpr std::size_t kStreamsAtOnce = 8;  // as many as the hardware follows easily
constexpr std::size_t kLine = 16;          // floats of a cache line

constexpr hn::ScalableTag<double> kDoubles;
constexpr hn::Rebind<float, decltype(kDoubles)> kHalf;  // as many floats
constexpr hn::ScalableTag<float> kFloats;
using Doubles = hn::Vec<decltype(kDoubles)>;
constexpr std::size_t kLanes = hn::MaxLanes(kDoubles);
constexpr std::size_t kAccumulators = HWY_TARGET <= HWY_AVX3 ? 16 : 8;  // registers

// Some streams on one tile.
struct Pass {
  const float* const* stream;
  std::size_t streams;
  const double* factor;   // streams x K
  std::size_t begin;      // of the tile, in every stream
  std::size_t ahead;      // the same streams are wanted next so much further on; 0: not known
  bool first;             // of this tile: the sums start from 0
  double* sum;            // K rows of kTile
  float* const* rounded;  // K rows of kTile: the last pass leaves its sums there; else null
};

// kFused: by fused multiply-add, where the level has it. That takes half the time, and changes no bit if the
// products are exact (kernel_loops.h).
template <std::size_t K, bool kFused>
struct Sums {
  static constexpr std::size_t kVectors = kAccumulators / K < 4 ? kAccumulators / K : 4;
  static constexpr std::size_t kStep = kVectors * kLanes;

  // Coordinates t .. t+kStep-1 of the tile, all sums at once in registers.
  static HWY_INLINE void step(const Pass& p, std::size_t t) {
    Doubles sum[K][kVectors];
    for (std::size_t k = 0; k < K; ++k) {
      for (std::size_t v = 0; v < kVectors; ++v)
        sum[k][v] = p.first ? hn::Zero(kDoubles) : hn::LoadU(kDoubles, p.sum + k * kTile + t + v * kLanes);
    }
    if (p.streams == kStreamsAtOnce) {
      HWY_UNROLL(8) for (std::size_t s = 0; s < kStreamsAtOnce; ++s) add(p, s, t, sum);
    } else {
      for (std::size_t s = 0; s < p.streams; ++s) add(p, s, t, sum);
    }
    for (std::size_t k = 0; k < K; ++k) {
      for (std::size_t v = 0; v < kVectors; ++v) {
        if (p.rounded != nullptr) {
          hn::StoreU(hn::DemoteTo(kHalf, sum[k][v]), kHalf, p.rounded[k] + t + v * kLanes);
        } else {
          hn::StoreU(sum[k][v], kDoubles, p.sum + k * kTile + t + v * kLanes);
        }
      }
    }
  }

  static HWY_INLINE void add(const Pass& p, std::size_t s, std::size_t t, Doubles (&sum)[K][kVectors]) {
    const float* const from = p.stream[s] + p.begin + t;
    Doubles x[kVectors];
    for (std::size_t v = 0; v < kVectors; ++v)
      x[v] = hn::PromoteTo(kDoubles, hn::LoadU(kHalf, from + v * kLanes));
    if (p.ahead != 0) {
      for (std::size_t at = 0; at < kStep; at += kLine) hwy::Prefetch(from + p.ahead + at);
    }
    for (std::size_t k = 0; k < K; ++k) {
      const Doubles w = hn::Set(kDoubles, p.factor[s * K + k]);
      for (std::size_t v = 0; v < kVectors; ++v)
        sum[k][v] = kFused ? hn::MulAdd(w, x[v], sum[k][v]) : hn::Add(sum[k][v], hn::Mul(w, x[v]));
    }
  }

  // Coordinates t .. length-1 of the tile without Highway: what is left where the length is not a multiple of
  // kStep, or all.
  static HWY_NOINLINE void rest(const Pass& p, std::size_t t, std::size_t length) {
    std::array<double, kTile> sums;
    for (std::size_t k = 0; k < K; ++k) {
      double* const sum = p.rounded != nullptr ? sums.data() : p.sum + k * kTile;
      for (std::size_t i = t; i < length; ++i) sum[i] = p.first ? 0 : p.sum[k * kTile + i];
      for (std::size_t s = 0; s < p.streams; ++s) {
        const float* const from = p.stream[s] + p.begin;
        const double w = p.factor[s * K + k];
        for (std::size_t i = t; i < length; ++i) sum[i] += w * static_cast<double>(from[i]);
      }
      if (p.rounded == nullptr) continue;
      for (std::size_t i = t; i < length; ++i) p.rounded[k][i] = static_cast<float>(sum[i]);
    }
  }
};

// Writes K rows around the caches. That is done in whole lines, which begin elsewhere in every row; so the
// last coordinates of a row wait here. Called between the steps of the sums, since the machine writes while
// it sums.
template <std::size_t K>
class Lines {
 public:
  Lines(float* const* out, std::size_t begin) {
    for (std::size_t k = 0; k < K; ++k) {
      out_[k] = out[k] + begin;
      tile_[k] = rows_[k].data() + kWaiting;
      const std::size_t past = reinterpret_cast<std::uintptr_t>(out_[k]) / sizeof(float) % kLine;
      next_[k] = head_[k] = (kLine - past) % kLine;
    }
  }

  // Where the sums of the tile go: K rows of kTile floats.
  [[nodiscard]] float* const* tile() const { return tile_.data(); }

  // The first `summed` coordinates of the tile are there. The last line of them is left alone: it has just
  // been stored, and loading it in another cut would stall.
  HWY_INLINE void write(std::size_t summed) {
    for (std::size_t k = 0; k < K; ++k) {
      for (; next_[k] + 2 * kLine <= done_ + summed; next_[k] += kLine) {
        for (std::size_t i = 0; i < kLine; i += hn::MaxLanes(kFloats))
          hn::Stream(hn::LoadU(kFloats, waiting(k) + i), kFloats, out_[k] + next_[k] + i);
      }
    }
  }

  // All sums of the tile are there, and another tile follows.
  void end_tile() {
    for (std::size_t k = 0; k < K; ++k) {
      if (done_ == 0) std::copy_n(tile_[k], head_[k], out_[k]);
      std::copy_n(tile_[k] + kTile - kWaiting, kWaiting, rows_[k].data());
    }
    done_ += kTile;
  }

  // All sums of the last tile are there.
  void end(std::size_t length) {
    for (std::size_t k = 0; k < K; ++k) {
      if (done_ == 0) std::copy_n(tile_[k], std::min(head_[k], length), out_[k]);
      if (next_[k] < done_ + length) std::copy_n(waiting(k), done_ + length - next_[k], out_[k] + next_[k]);
    }
    hwy::FlushStream();
  }

 private:
  static constexpr std::size_t kWaiting = 2 * kLine;

  // The coordinate of row k that is written next.
  [[nodiscard]] const float* waiting(std::size_t k) const {
    return rows_[k].data() + (kWaiting + next_[k] - done_);
  }

  std::size_t done_ = 0;             // coordinates of earlier tiles
  std::array<std::size_t, K> head_;  // coordinates before the first whole line of a row
  std::array<std::size_t, K> next_;  // the coordinate that is written next
  std::array<float*, K> out_;
  std::array<float*, K> tile_;
  alignas(64) std::array<std::array<float, kWaiting + kTile>, K> rows_;
};

template <bool kFused, std::size_t K>
HWY_INLINE void run_pass(const Pass& p, std::size_t length, Lines<K>* lines) {
  constexpr std::size_t kAtOnce = std::max(Sums<K, kFused>::kStep, kLine);
  std::size_t t = 0;
  // Without real vectors Highway rounds what is too large for a float to the largest one and not to infinity.
  constexpr bool kEmulated = HWY_TARGET == HWY_SCALAR || HWY_TARGET == HWY_EMU128;
  for (; !kEmulated && t + kAtOnce <= length; t += kAtOnce) {
    for (std::size_t i = 0; i < kAtOnce; i += Sums<K, kFused>::kStep) Sums<K, kFused>::step(p, t + i);
    if (lines != nullptr) lines->write(t + kAtOnce);
  }
  Sums<K, kFused>::rest(p, t, length);
  if (lines != nullptr) lines->write(length);
}

// Tile by tile, so that the sums wait in the first-level cache, kStreamsAtOnce streams after another.
template <std::size_t K, bool kFused>
void combine(const Combination& c, std::size_t begin, std::size_t end, bool past_caches) {
  alignas(64) std::array<double, K * kTile> sum;
  Lines<K> lines(c.outs.data(), begin);
  const std::size_t count = c.streams.size();
  for (std::size_t t = begin; t < end; t += kTile) {
    const std::size_t length = std::min(kTile, end - t);
    std::array<float*, K> rows;
    for (std::size_t k = 0; k < K; ++k) rows[k] = past_caches ? lines.tile()[k] : c.outs[k] + t;
    for (std::size_t s = 0; s == 0 || s < count; s += kStreamsAtOnce) {
      const bool last = s + kStreamsAtOnce >= count;
      const Pass pass{c.streams.data() + s,
                      std::min(kStreamsAtOnce, count - s),
                      c.factors.data() + s * K,
                      t,
                      t + 2 * kTile <= end ? kTile : 0,
                      s == 0,
                      sum.data(),
                      last ? rows.data() : nullptr};
      run_pass<kFused>(pass, length, past_caches && last ? &lines : nullptr);
    }
    if (past_caches && t + kTile < end) lines.end_tile();
    if (past_caches && t + kTile >= end) lines.end(length);
  }
}

// One and two sums wait for memory either way.
void combine_any(const Combination& c, std::size_t begin, std::size_t end, bool past_caches) {
  const bool fused = c.outs.size() > 2 && products_are_exact(c.factors);
  switch (c.outs.size()) {
    case 1: return combine<1, false>(c, begin, end, past_caches);
    case 2: return combine<2, false>(c, begin, end, past_caches);
    case 3: return (fused ? combine<3, true> : combine<3, false>)(c, begin, end, past_caches);
    case 4: return (fused ? combine<4, true> : combine<4, false>)(c, begin, end, past_caches);
    default: return (fused ? combine<8, true> : combine<8, false>)(c, begin, end, past_caches);
  }
}

const KernelLoops& loops() {
  static const KernelLoops loops{hwy::TargetName(HWY_TARGET), "any width", combine_any};
  return loops;
}

}  // namespace
}  // namespace gleaner::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace gleaner {
namespace {
HWY_EXPORT(loops);
}

bool products_are_exact(std::span<const double> factors) {
  return std::all_of(factors.begin(), factors.end(), [](double f) {
    constexpr std::uint64_t kBelow29Bits = (std::uint64_t{1} << 24U) - 1;
    const bool is_short = (std::bit_cast<std::uint64_t>(f) & kBelow29Bits) == 0;
    return f == 0 || (is_short && std::fabs(f) > 0x1p-800 && std::fabs(f) < 0x1p+800);
  });
}

const KernelLoops& kernel_loops() { return HWY_DYNAMIC_DISPATCH(loops)(); }

}  // namespace gleaner
#endif
