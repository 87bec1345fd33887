// What the kernels are measured against: the plain sum of float streams, as fast as this machine can do it,
//   out[t] = streams[0][t] + streams[1][t] + ..     t = 0..length-1
// in float, in one pass, at the best SIMD level. There are two ways to walk, and which one is faster depends
// on the number of streams: all streams side by side with the sums in registers, or stream after stream in
// tiles that stay in the first-level cache.

#include <algorithm>
#include <cstddef>
#include <span>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "bench/plain_sum.cc"
#include <hwy/foreach_target.h>
// After foreach_target.h:
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace gleaner::bench::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;
constexpr hn::ScalableTag<float> kFloats;

void side_by_side(std::span<const float* const> streams, std::size_t length, float* out) {
  const std::size_t lanes = hn::Lanes(kFloats);
  std::size_t t = 0;
  for (; t + 2 * lanes <= length; t += 2 * lanes) {
    auto a = hn::LoadU(kFloats, streams[0] + t);
    auto b = hn::LoadU(kFloats, streams[0] + t + lanes);
    for (std::size_t s = 1; s < streams.size(); ++s) {
      a = hn::Add(a, hn::LoadU(kFloats, streams[s] + t));
      b = hn::Add(b, hn::LoadU(kFloats, streams[s] + t + lanes));
    }
    hn::StoreU(a, kFloats, out + t);
    hn::StoreU(b, kFloats, out + t + lanes);
  }
  for (; t < length; ++t) {
    out[t] = streams[0][t];
    for (std::size_t s = 1; s < streams.size(); ++s) out[t] += streams[s][t];
  }
}

void add_to(const float* from, std::size_t length, float* out) {
  const std::size_t lanes = hn::Lanes(kFloats);
  std::size_t t = 0;
  for (; t + lanes <= length; t += lanes)
    hn::StoreU(hn::Add(hn::LoadU(kFloats, out + t), hn::LoadU(kFloats, from + t)), kFloats, out + t);
  for (; t < length; ++t) out[t] += from[t];
}

void in_tiles(std::span<const float* const> streams, std::size_t length, float* out) {
  constexpr std::size_t kTile = 512;
  for (std::size_t t = 0; t < length; t += kTile) {
    const std::size_t part = std::min(kTile, length - t);
    std::copy_n(streams[0] + t, part, out + t);
    for (std::size_t s = 1; s < streams.size(); ++s) add_to(streams[s] + t, part, out + t);
  }
}

}  // namespace
}  // namespace gleaner::bench::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace gleaner::bench {
namespace {
HWY_EXPORT(side_by_side);
HWY_EXPORT(in_tiles);
}  // namespace

void sum_side_by_side(std::span<const float* const> streams, std::size_t length, float* out) {
  HWY_DYNAMIC_DISPATCH(side_by_side)(streams, length, out);
}

void sum_in_tiles(std::span<const float* const> streams, std::size_t length, float* out) {
  HWY_DYNAMIC_DISPATCH(in_tiles)(streams, length, out);
}

}  // namespace gleaner::bench
#endif
