// Encoding and decoding against what the memory of this machine gives, measured in the same run.
//
//   kernel_bench [FLOATS [REPETITIONS [LEVEL]]]       LEVEL: at most this SIMD level, as AVX2
//
// Rates are bytes read and written per second by one thread. "sum" is the plain sum of as many streams of the
// same lengths (the faster of two ways, plain_sum.cc), "copy" is memcpy. All of them take turns, and the
// medians are compared. Time is the CPU time of the thread: what other programs take of the core does not
// count, what they take of the memory does. Exit code 1: a target was missed.
#include <sys/mman.h>
#include <time.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <hwy/targets.h>

#include "base/random.h"
#include "coding/frame.h"
#include "coding/kernels.h"
#include "coding/plan.h"

namespace gleaner::bench {

// plain_sum.cc
void sum_side_by_side(std::span<const float* const> streams, std::size_t length, float* out);
void sum_in_tiles(std::span<const float* const> streams, std::size_t length, float* out);

namespace {

constexpr std::size_t kChunks = 8;
constexpr double kLeastOfSum = 0.95;
constexpr double kLeastOfCopy = 0.85;

// Memory in huge pages, where the system has them, and touched.
struct Floats {
  explicit Floats(std::size_t length) {
    constexpr std::size_t kHuge = std::size_t{1} << 21U;
    const std::size_t bytes = (length * sizeof(float) + kHuge - 1) / kHuge * kHuge;
    data.reset(static_cast<float*>(std::aligned_alloc(kHuge, bytes)));
    madvise(data.get(), bytes, MADV_HUGEPAGE);
    Random random({.seed = length, .purpose = Purpose::test});
    const auto scale = static_cast<float>(random.uniform());
    for (std::size_t t = 0; t < length; ++t) data.get()[t] = scale * static_cast<float>(t % 97);
  }
  struct Free {
    void operator()(float* p) const { std::free(p); }
  };
  std::unique_ptr<float, Free> data;
};

double thread_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

// The rates of one contender, one per repetition.
class Rate {
 public:
  explicit Rate(std::size_t floats) : bytes_(static_cast<double>(floats * sizeof(float))) {}
  template <class F>
  void time(F&& f) {
    const double began = thread_seconds();
    f();
    rates_.push_back(bytes_ / (thread_seconds() - began) * 1e-9);
  }
  [[nodiscard]] double median() const {
    std::vector<double> sorted = rates_;
    std::sort(sorted.begin(), sorted.end());
    return sorted[sorted.size() / 2];
  }

 private:
  double bytes_;
  std::vector<double> rates_;
};

struct Bench {
  std::size_t floats;
  std::size_t repetitions;
  std::vector<Floats> chunks;
  Floats out{floats};
  bool met = true;

  // `kernel` moves so many floats; `streams` are those of the plain sum.
  template <class Streams, class Kernel>
  void row(const char* name, std::size_t blocks, std::size_t moved, Streams streams, Kernel kernel) {
    const std::size_t b = floats / blocks;
    Rate of_kernel(moved);
    Rate side_by_side((streams(0).size() + 1) * b);
    Rate in_tiles((streams(0).size() + 1) * b);
    Rate copy(2 * floats);
    for (std::size_t r = 0; r < repetitions; ++r) {
      const auto s = streams(r);
      of_kernel.time([&] { kernel(r); });
      side_by_side.time([&] { sum_side_by_side(s, b, out.data.get()); });
      in_tiles.time([&] { sum_in_tiles(s, b, out.data.get()); });
      copy.time([&] { std::memcpy(out.data.get(), chunks[r % kChunks].data.get(), floats * sizeof(float)); });
    }
    const double sum = std::max(side_by_side.median(), in_tiles.median());
    const double vs_sum = of_kernel.median() / sum;
    const double vs_copy = of_kernel.median() / copy.median();
    const bool good = vs_sum >= kLeastOfSum && vs_copy >= kLeastOfCopy;
    met = met && good;
    fmt::print("{:<8} {:>6} {:>8.1f} {:>8.1f} {:>8.1f} {:>8.2f} {:>8.2f}  {}\n", name, blocks,
               of_kernel.median(), sum, copy.median(), vs_sum, vs_copy, good ? "met" : "MISSED");
  }

  void encode(std::size_t blocks) {
    const std::size_t b = floats / blocks;
    std::vector<std::span<const float>> gradients;
    std::vector<const float*> streams;
    for (const Floats& chunk : chunks) {
      gradients.emplace_back(chunk.data.get(), floats);
      for (std::size_t k = 0; k < blocks; ++k) streams.push_back(chunk.data.get() + k * b);
    }
    Random random({.seed = 1, .purpose = Purpose::test});
    std::vector<double> u(kChunks * blocks);
    for (double& x : u) x = random.normal();
    row(
        "encode", blocks, (kChunks * blocks + 1) * b, [&](std::size_t) { return streams; },
        [&](std::size_t) {
          encode_segment(gradients, u, blocks, 0, {out.data.get(), b});
        });
  }

  // The coded vectors are another part of the chunks in every repetition: no cache has them.
  void decode(std::size_t blocks) {
    const std::size_t b = floats / blocks;
    const auto streams = [&](std::size_t r) {
      std::vector<const float*> result;
      for (const Floats& chunk : chunks) result.push_back(chunk.data.get() + r % blocks * b);
      return result;
    };
    const Frame frame = blocks == 1 ? Frame::ones(kChunks) : Frame::gaussian(kChunks, blocks, 1);
    std::vector<double> rows;
    for (std::uint32_t j = 0; j < kChunks; ++j) {
      const auto r = frame.row(WorkerId(j));
      rows.insert(rows.end(), r.begin(), r.end());
    }
    row("decode", blocks, (kChunks + blocks) * b, streams, [&](std::size_t r) {
      std::vector<std::span<const float>> vectors;
      for (const float* z : streams(r)) vectors.emplace_back(z, b);
      decode_segment(vectors, rows, blocks, 0, {out.data.get(), floats});
    });
  }
};

void at_most(const std::string& level) {
  for (std::int64_t left = hwy::SupportedTargets(); left != 0; left &= left - 1) {
    if (level == hwy::TargetName(left & -left)) return hwy::SetSupportedTargetsForTest(left);
  }
  fmt::print("this machine has no level {}\n", level);
  std::exit(2);
}

int run(int argc, char** argv) {
  const std::size_t floats = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 25'000'000;
  const std::size_t repetitions = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 11;
  if (argc > 3) at_most(argv[3]);
  Bench bench{.floats = floats / 8 * 8, .repetitions = repetitions, .chunks = {}};
  for (std::size_t i = 0; i < kChunks; ++i) bench.chunks.emplace_back(bench.floats);
  double load = 0;
  getloadavg(&load, 1);
  fmt::print("{} chunks of {} floats, SIMD level {}, {} repetitions, load average {:.1f}\n\n", kChunks,
             bench.floats, simd_level(), repetitions, load);
  fmt::print("{:<8} {:>6} {:>8} {:>8} {:>8} {:>8} {:>8}\n", "", "blocks", "GB/s", "sum", "copy", "vs sum",
             "vs copy");
  for (const std::size_t blocks : {1U, 2U, 4U, 8U}) bench.encode(blocks);
  for (const std::size_t blocks : {1U, 2U, 4U, 8U}) bench.decode(blocks);
  getloadavg(&load, 1);
  fmt::print("\ntargets: {} of the sum, {} of the copy: {} (load average {:.1f} at the end)\n", kLeastOfSum,
             kLeastOfCopy, bench.met ? "all met" : "MISSED", load);
  return bench.met ? 0 : 1;
}

}  // namespace
}  // namespace gleaner::bench

int main(int argc, char** argv) { return gleaner::bench::run(argc, argv); }
