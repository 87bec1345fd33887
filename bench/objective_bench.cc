// How fast chunk gradients are computed: products (a multiplication and an addition) per second on one core,
// which count those of zeros in dense samples and none in sparse ones. Forward and back are two products per
// weight and sample; a hidden layer has a third, which carries the slopes back.
//
//   objective_bench --benchmark_filter=mlp
#include <benchmark/benchmark.h>

#include <memory>
#include <vector>

#include "data/synthetic.h"
#include "objective/dense_kernels.h"
#include "objective/objective.h"

namespace gleaner {
namespace {

constexpr std::size_t kRows = 1000;
constexpr std::size_t kFeatures = 784;
constexpr std::size_t kClasses = 10;

// Samples as handwritten digits are: one feature of five is not zero.
struct Data {
  explicit Data(bool sparse) : set(synthetic_classification(kRows, kFeatures, kClasses, 1)) {
    for (std::size_t i = 0; sparse && i < set.dense.size(); ++i) {
      if (i % 5 != 0) set.dense[i] = 0;
    }
    samples = {.rows = set.rows, .features = set.features, .dense = set.dense, .labels = set.labels};
  }
  Dataset set;
  Samples samples;
};

void run(benchmark::State& state, const Objective& objective, std::size_t products_per_row) {
  std::vector<float> theta(objective.parameters());
  std::vector<float> out(objective.dimension());
  objective.initial(1, theta);
  FreePulse pulse;
  for (auto _ : state) {
    benchmark::DoNotOptimize(objective.chunk_gradient(theta, ChunkId(0), RoundId(1), out, pulse));
  }
  state.SetLabel(dense_kernel_target());
  state.counters["products/s"] = benchmark::Counter(static_cast<double>(kRows * products_per_row),
                                                    benchmark::Counter::kIsIterationInvariantRate);
}

void softmax(benchmark::State& state) {
  const bool sparse = state.range(0) != 0;
  const Data data(sparse);
  const auto objective = make_softmax(data.samples, kClasses, {{0, kRows}}).value();
  run(state, *objective, 2 * kFeatures / (sparse ? 5 : 1) * kClasses);
}
BENCHMARK(softmax)->ArgName("sparse")->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);

void mlp(benchmark::State& state) {
  const bool sparse = state.range(0) != 0;
  const auto hidden = static_cast<std::size_t>(state.range(1));
  const Data data(sparse);
  const auto objective = make_mlp(data.samples, kClasses, {hidden}, {{0, kRows}}).value();
  run(state, *objective, 2 * kFeatures / (sparse ? 5 : 1) * hidden + 3 * hidden * kClasses);
}
BENCHMARK(mlp)
    ->ArgNames({"sparse", "hidden"})
    ->ArgsProduct({{0, 1}, {128, 512}})
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace gleaner
