// What the orders for the rest of a round cost: the server's CPU time of one listening.
//
//   adapt_bench [--benchmark_filter=Decide/100000]
//
// Random graphs with replication 8, exponential speeds, reports in sixteenths at the time at which a
// replanner with some history listens. to_heap: the time, over that of pushing every copy of a chunk through
// a heap of one entry per worker, measured in the same run: less than that no list schedule can do.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "adapt/forecast.h"
#include "adapt/list_order.h"
#include "adapt/replanner.h"
#include "base/random.h"
#include "bench/cpu_seconds.h"

namespace gleaner {
namespace {

constexpr std::size_t kReplication = 8;

std::shared_ptr<const Plan> graph(std::size_t m) {
  const Assignment a = Assignment::regular_graph(m, m, kReplication, 1).value();
  return std::make_shared<const Plan>(
      Plan::make(Method::partial, a, Ordering::optimal(a), Frame::ones(m)).value());
}

RoundReport report_at(const Plan& plan, double now) {
  RoundReport report;
  report.now = now;
  Random random({1, Purpose::test});
  for (std::uint32_t j = 0; j < plan.workers(); ++j) {
    const double chunk_time = random.exponential(1) + 1e-6;
    WorkerReport w;
    w.works = true;
    w.order = plan.ordering().of(WorkerId(j));
    const auto finished = std::min(static_cast<std::size_t>(now / chunk_time), kReplication);
    for (std::size_t k = 0; k < finished; ++k) w.done.insert(w.order[k]);
    w.elapsed = finished > 0 ? chunk_time : now;
    w.parts = finished > 0 ? 16 : static_cast<unsigned>(16 * now / chunk_time);
    if (finished < kReplication) {
      w.in_hand = w.order[finished];
      w.in_hand_for = now - static_cast<double>(finished) * chunk_time;
    }
    report.workers.push_back(std::move(w));
  }
  return report;
}

double heap_seconds(std::size_t m) {
  Random random({2, Purpose::test});
  std::vector<std::pair<double, std::uint32_t>> heap;
  for (std::uint32_t j = 0; j < m; ++j) heap.emplace_back(random.exponential(1), j);
  std::vector<double> step;
  for (const auto& [s, j] : heap) step.push_back(s);
  const double start = cpu_seconds();
  std::make_heap(heap.begin(), heap.end(), std::greater<>());
  for (std::size_t k = 0; k < kReplication * m; ++k) {
    std::pop_heap(heap.begin(), heap.end(), std::greater<>());
    heap.back().first += step[heap.back().second];
    std::push_heap(heap.begin(), heap.end(), std::greater<>());
  }
  benchmark::DoNotOptimize(heap.data());
  return cpu_seconds() - start;
}

void decide(benchmark::State& state) {
  const auto m = static_cast<std::size_t>(state.range(0));
  const std::shared_ptr<const Plan> plan = graph(m);
  const RoundReport report = report_at(*plan, .05);
  double took = 0;
  double flows = 0;
  for (auto _ : state) {
    state.PauseTiming();
    Replanner replanner(plan, {});
    state.ResumeTiming();
    const double start = cpu_seconds();
    const Replanner::Decision decision = replanner.decide(report);
    took += cpu_seconds() - start;
    flows += decision.by_flow ? 1 : 0;
  }
  const auto n = static_cast<double>(state.iterations());
  state.counters["cpu_s"] = took / n;
  state.counters["by_flow"] = flows / n;
  state.counters["to_heap"] = took / n / heap_seconds(m);
}
BENCHMARK(decide)->Name("Decide")->RangeMultiplier(10)->Range(100, 100000)->Unit(benchmark::kMillisecond);

RoundState fresh(const Plan& plan) {
  RoundState state{&plan.assignment(), 1, std::vector<WorkerState>(plan.workers())};
  Random random({1, Purpose::test});
  for (WorkerState& w : state.workers) w.chunk_time = random.exponential(1) + 1e-6;
  return state;
}

void list(benchmark::State& state) {
  const auto m = static_cast<std::size_t>(state.range(0));
  const std::shared_ptr<const Plan> plan = graph(m);
  const RoundState round = fresh(*plan);
  const double start = cpu_seconds();
  for (auto _ : state) benchmark::DoNotOptimize(list_orders(round));
  const double took = (cpu_seconds() - start) / static_cast<double>(state.iterations());
  state.counters["to_heap"] = took / heap_seconds(m);
}
BENCHMARK(list)->Name("List")->RangeMultiplier(10)->Range(100, 100000)->Unit(benchmark::kMillisecond);

void flow(benchmark::State& state) {
  const auto m = static_cast<std::size_t>(state.range(0));
  const std::shared_ptr<const Plan> plan = graph(m);
  const RoundState round = fresh(*plan);
  FlowPlanner planner(plan->assignment(), 1);
  const double start = cpu_seconds();
  for (auto _ : state) benchmark::DoNotOptimize(planner.plan(round, 1'000'000'000'000));
  const double took = (cpu_seconds() - start) / static_cast<double>(state.iterations());
  state.counters["to_heap"] = took / heap_seconds(m);
}
BENCHMARK(flow)->Name("Flow")->RangeMultiplier(10)->Range(100, 100000)->Unit(benchmark::kMillisecond);

void play(benchmark::State& state) {
  const auto m = static_cast<std::size_t>(state.range(0));
  const std::shared_ptr<const Plan> plan = graph(m);
  const RoundState round = fresh(*plan);
  const SlotOrders orders = list_orders(round);
  const double start = cpu_seconds();
  for (auto _ : state) benchmark::DoNotOptimize(forecast(round, orders, true));
  const double took = (cpu_seconds() - start) / static_cast<double>(state.iterations());
  state.counters["to_heap"] = took / heap_seconds(m);
}
BENCHMARK(play)->Name("Forecast")->RangeMultiplier(10)->Range(100, 100000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace gleaner
