// How fast the coding room is. Rates of the kernels are set against what this machine can do at all, measured
// in the same run: a plain loop that sums as many float streams, and memcpy.
//
//   coding_bench --benchmark_filter=encode
//
// bytes/s of encode and decode count the floats that are read; vs_plain_sum and vs_memcpy are ratios of
// rates.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <limits>
#include <map>
#include <vector>

#include "base/random.h"
#include "coding/coefficients.h"
#include "coding/coverage.h"
#include "coding/frame.h"
#include "coding/kernels.h"
#include "coding/ordering.h"

namespace gleaner {
namespace {

constexpr std::size_t kFloats = std::size_t{1} << 21U;  // per gradient: 8 MiB, more than the caches hold

using Vectors = std::vector<std::vector<float>>;

Vectors random_vectors(std::size_t count, std::size_t length) {
  Random random({.seed = 1, .purpose = Purpose::test});
  Vectors vectors(count, std::vector<float>(length));
  for (auto& vector : vectors) {
    for (float& x : vector) x = static_cast<float>(random.uniform());
  }
  return vectors;
}

std::vector<std::span<const float>> views(const Vectors& vectors) { return {vectors.begin(), vectors.end()}; }

// The best of several runs, in bytes per second.
template <class F>
double rate_of(std::size_t bytes, F&& f) {
  double best = std::numeric_limits<double>::max();
  for (int run = 0; run < 7; ++run) {
    const auto start = std::chrono::steady_clock::now();
    f();
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
    best = std::min(best, taken.count());
  }
  return static_cast<double>(bytes) / best;
}

// All streams in one pass, in float, without factors: what a reduction of gradients costs at least.
void plain_sum(const Vectors& streams, std::vector<float>& out) {
  constexpr std::size_t kTile = 1024;
  for (std::size_t t = 0; t < out.size(); t += kTile) {
    const std::size_t end = std::min(out.size(), t + kTile);
    std::fill(out.begin() + static_cast<std::ptrdiff_t>(t), out.begin() + static_cast<std::ptrdiff_t>(end),
              0.0F);
    for (const auto& stream : streams) {
      for (std::size_t k = t; k < end; ++k) out[k] += stream[k];
    }
  }
}

double plain_sum_rate(std::size_t count) {
  static std::map<std::size_t, double> known;
  if (known.contains(count)) return known[count];
  const Vectors streams = random_vectors(count, kFloats);
  std::vector<float> out(kFloats);
  return known[count] = rate_of(count * kFloats * sizeof(float), [&] {
           plain_sum(streams, out);
           benchmark::DoNotOptimize(out.data());
         });
}

// Bytes copied per second.
double memcpy_rate() {
  static const double rate = [] {
    const Vectors from = random_vectors(1, 8 * kFloats);
    std::vector<float> to(8 * kFloats);
    return rate_of(8 * kFloats * sizeof(float), [&] {
      std::memcpy(to.data(), from[0].data(), to.size() * sizeof(float));
      benchmark::DoNotOptimize(to.data());
    });
  }();
  return rate;
}

// Google Benchmark knows rates only in its report: the kernel is timed once more for the ratios.
void report(benchmark::State& state, std::size_t bytes, std::size_t streams, double rate) {
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes) * static_cast<std::int64_t>(state.iterations()));
  state.counters["vs_plain_sum"] = rate / plain_sum_rate(streams);
  state.counters["vs_memcpy"] = rate / memcpy_rate();
}

void encode(benchmark::State& state) {
  const auto count = static_cast<std::size_t>(state.range(0));
  const auto blocks = static_cast<std::size_t>(state.range(1));
  const Vectors gradients = random_vectors(count, kFloats);
  const auto streams = views(gradients);
  const std::vector<double> u(count * blocks, 0.37);
  std::vector<float> z(block_length(kFloats, blocks));
  const auto once = [&] {
    encode_segment(streams, u, blocks, 0, z);
    benchmark::DoNotOptimize(z.data());
  };
  const std::size_t bytes = count * kFloats * sizeof(float);
  const double rate = rate_of(bytes, once);
  for (auto _ : state) once();
  report(state, bytes, count, rate);
}
BENCHMARK(encode)->Args({2, 1})->Args({8, 1})->Args({8, 2})->Args({8, 4})->Unit(benchmark::kMillisecond);

void decode(benchmark::State& state) {
  const auto count = static_cast<std::size_t>(state.range(0));
  const auto blocks = static_cast<std::size_t>(state.range(1));
  const Vectors coded = random_vectors(count, block_length(kFloats, blocks));
  const auto streams = views(coded);
  const std::vector<double> rows(count * blocks, 0.37);
  std::vector<float> gradient(kFloats);
  const auto once = [&] {
    decode_segment(streams, rows, blocks, 0, gradient);
    benchmark::DoNotOptimize(gradient.data());
  };
  const std::size_t bytes = count * coded[0].size() * sizeof(float);
  const double rate = rate_of(bytes, once);
  for (auto _ : state) once();
  report(state, bytes, count, rate);
}
BENCHMARK(decode)->Args({8, 1})->Args({8, 2})->Args({32, 1})->Args({32, 2})->Args({32, 4})->Unit(
    benchmark::kMillisecond);

void finite(benchmark::State& state) {
  const Vectors vectors = random_vectors(1, kFloats);
  for (auto _ : state) benchmark::DoNotOptimize(all_finite(vectors[0]));
  state.SetBytesProcessed(static_cast<std::int64_t>(kFloats * sizeof(float)) *
                          static_cast<std::int64_t>(state.iterations()));
}
BENCHMARK(finite)->Unit(benchmark::kMillisecond);

void optimal_order(benchmark::State& state) {
  const auto workers = static_cast<std::size_t>(state.range(0));
  const Assignment a = Assignment::regular_graph(workers, workers, 8, 1).value();
  for (auto _ : state) benchmark::DoNotOptimize(Ordering::optimal(a));
}
BENCHMARK(optimal_order)->RangeMultiplier(10)->Range(1000, 100000)->Unit(benchmark::kMillisecond);

// Loads and replications from 4 to 12, more or less.
Assignment irregular(std::size_t workers) {
  Random random({.seed = 1, .purpose = Purpose::test});
  std::vector<std::pair<ChunkId, WorkerId>> pairs;
  std::vector<std::uint32_t> holders;
  for (std::uint32_t i = 0; i < workers; ++i) {
    holders.clear();
    const std::size_t copies = 4 + random.below(9);
    while (holders.size() < copies) {
      const auto j = static_cast<std::uint32_t>(random.below(workers));
      if (std::find(holders.begin(), holders.end(), j) == holders.end()) holders.push_back(j);
    }
    for (const std::uint32_t j : holders) pairs.emplace_back(i, j);
  }
  return Assignment::from_pairs(workers, workers, pairs).value();
}

void order_for_mean_time(benchmark::State& state) {
  const Assignment a = irregular(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) benchmark::DoNotOptimize(Ordering::for_mean_time(a, 2));
}
BENCHMARK(order_for_mean_time)->RangeMultiplier(10)->Range(1000, 100000)->Unit(benchmark::kMillisecond);

void order_for_worst_case(benchmark::State& state) {
  const Assignment a = irregular(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) benchmark::DoNotOptimize(Ordering::for_worst_case(a, 2));
}
BENCHMARK(order_for_worst_case)->RangeMultiplier(10)->Range(1000, 100000)->Unit(benchmark::kMillisecond);

void coloured_frame(benchmark::State& state) {
  const Assignment a = Assignment::regular_graph(200, 200, 8, 1).value();
  for (auto _ : state)
    benchmark::DoNotOptimize(Frame::coloured(a, static_cast<std::size_t>(state.range(0)), 1));
}
BENCHMARK(coloured_frame)->DenseRange(2, 4)->Unit(benchmark::kMillisecond);

// One chunk with |S| copies.
void coefficients_of_chunk(benchmark::State& state) {
  const auto copies = static_cast<std::size_t>(state.range(0));
  const auto blocks = static_cast<std::size_t>(state.range(1));
  Random random({.seed = 1, .purpose = Purpose::test});
  std::vector<double> rows(copies * blocks);
  for (double& x : rows) x = random.normal();
  for (auto _ : state) benchmark::DoNotOptimize(coefficients(rows, blocks));
}
BENCHMARK(coefficients_of_chunk)
    ->Args({8, 1})
    ->Args({2, 2})
    ->Args({8, 2})
    ->Args({8, 4})
    ->Args({8, 8})
    ->Args({2, 4});

// A round's reports: every worker's chunks one by one.
void coverage_events(benchmark::State& state) {
  const auto workers = static_cast<std::size_t>(state.range(0));
  const Assignment a = Assignment::regular_graph(workers, workers, 8, 1).value();
  const Ordering ordering = Ordering::ascending(a);
  Coverage coverage(a.chunks(), 3);
  for (auto _ : state) {
    coverage.clear();
    for (std::uint32_t p = 0; p < 8; ++p) {
      for (std::uint32_t j = 0; j < workers; ++j)
        coverage.add(a.chunk_at(WorkerId(j), ordering.of(WorkerId(j))[p]));
    }
    benchmark::DoNotOptimize(coverage.complete());
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(a.copies()) *
                          static_cast<std::int64_t>(state.iterations()));
}
BENCHMARK(coverage_events)->Arg(200)->Arg(100000)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace gleaner
