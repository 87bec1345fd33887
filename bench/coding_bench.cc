// How fast the coding room is, but for encoding and decoding: those are measured by kernel_bench.
//
//   coding_bench --benchmark_filter=coefficients
#include <benchmark/benchmark.h>

#include <memory>
#include <utility>
#include <vector>

#include "base/random.h"
#include "coding/code.h"
#include "coding/coefficients.h"
#include "coding/coverage.h"
#include "coding/frame.h"
#include "coding/kernels.h"
#include "coding/ordering.h"
#include "coding/plan.h"

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

// One state of a large cluster, load 8: the coefficients of all workers. In a run every worker computes its
// own, so per_worker is what a round waits for.
void coefficients_of_state(benchmark::State& state) {
  const auto workers = static_cast<std::size_t>(state.range(0));
  const auto blocks = static_cast<std::size_t>(state.range(1));
  Assignment a = Assignment::regular_graph(workers, workers, 8, 1).value();
  Ordering order = Ordering::ascending(a);
  Frame frame = blocks == 1 ? Frame::ones(workers) : Frame::gaussian(workers, blocks, 1);
  const Plan plan = Plan::make(Method::partial, std::move(a), std::move(order), std::move(frame)).value();
  const std::shared_ptr<const Code> code = code_for(Method::partial);
  Random random({.seed = 1, .purpose = Purpose::test});
  std::vector<SlotSet> used(workers);
  for (SlotSet& slots : used) slots = SlotSet::first(2 + random.below(7));
  std::size_t chunks = 0;
  for (const SlotSet& slots : used) chunks += slots.count();
  for (auto _ : state) {
    for (std::uint32_t j = 0; j < workers; ++j)
      benchmark::DoNotOptimize(code->encode_rows(plan, WorkerId(j), used));
  }
  const auto time_per = [](std::size_t items) {  // in seconds of CPU time
    using C = benchmark::Counter;
    return C(static_cast<double>(items), C::kIsIterationInvariantRate | C::kInvert);
  };
  state.counters["per_worker"] = time_per(workers);
  state.counters["per_chunk"] = time_per(chunks);
}
BENCHMARK(coefficients_of_state)
    ->ArgNames({"workers", "blocks"})
    ->ArgsProduct({{1000, 10000, 100000}, {1, 2, 4}})
    ->Unit(benchmark::kMillisecond);

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
