#include "coding/kernel_loops.h"

// On x86 the loops are compiled three times. (target_clones would do it for us, but crashes under the thread
// sanitizer.)
#if defined(__x86_64__) && defined(__clang__)
#define GLEANER_AVX512 "avx512f"
#elif defined(__x86_64__) && defined(__GNUC__)
#define GLEANER_AVX512 "avx512f,prefer-vector-width=512"
#endif

namespace gleaner {
namespace {

[[gnu::always_inline]] inline void add_bundle(const Bundle& bundle, std::size_t length,
                                              double* __restrict sum) {
  if (bundle.count == kStreamsAtOnce) {
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

// Both loops for machines with the given features.
#define GLEANER_LOOPS(name, features)                                               \
  features void add_##name(const Bundle& bundle, std::size_t length, double* sum) { \
    add_bundle(bundle, length, sum);                                                \
  }                                                                                 \
  features void round_##name(const double* sum, std::size_t length, float* out) {   \
    round_tile(sum, length, out);                                                   \
  }

GLEANER_LOOPS(plain, )
#ifdef GLEANER_AVX512
GLEANER_LOOPS(avx2, [[gnu::target("avx2")]])
GLEANER_LOOPS(avx512, [[gnu::target(GLEANER_AVX512)]])
#endif

std::vector<KernelLoops> detect() {
  std::vector<KernelLoops> loops = {{"plain", add_plain, round_plain}};
#ifdef GLEANER_AVX512
  if (__builtin_cpu_supports("avx2")) loops.push_back({"avx2", add_avx2, round_avx2});
  if (__builtin_cpu_supports("avx512f")) loops.push_back({"avx512", add_avx512, round_avx512});
#endif
  return loops;
}

}  // namespace

const std::vector<KernelLoops>& kernel_loops() {
  static const std::vector<KernelLoops> loops = detect();
  return loops;
}

}  // namespace gleaner
