// How many events a second a simulated cluster takes, and how far that is from a bare queue.
//
//   sim_bench [--benchmark_filter=Workers]
//
// to_queue: the time, over that of pushing and popping as many events of the same number of workers through
// an event queue, measured in the same run. to_sort: the time of both clairvoyant bounds over that of sorting
// the moments at which copies are finished. G1 needs GLEANER_SHARED or ../shared.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <vector>

#include "base/random.h"
#include "bench/cpu_seconds.h"
#include "coding/clairvoyant.h"
#include "sim/cluster.h"
#include "sim/event_queue.h"
#include "work/slowness.h"

namespace gleaner {
namespace {

ClusterSpec spec_of(const Assignment& a) {
  ClusterSpec s;
  s.plan = std::make_shared<const Plan>(
      Plan::make(Method::partial, a, Ordering::optimal(a), Frame::ones(a.workers())).value());
  s.code = code_for(Method::partial);
  s.speeds = SpeedModel::parse("exponential:mean=1", TimeUnits::optional).value();
  return s;
}

// Every worker has one event on its way, of another time each; `events` are popped and pushed again.
double queue_seconds(std::size_t workers, std::uint64_t events) {
  struct Small {
    std::uint64_t a = 0;
    std::uint64_t b = 0;
  };
  EventQueue<Small> queue;
  Random random({1, Purpose::test});
  const auto drawn = [&] { return queue.now() + Duration(1 + random.bits() % 1'000'000'000); };
  for (std::size_t w = 0; w < workers; ++w) queue.schedule(drawn(), Small{w, 0});
  const double start = cpu_seconds();
  for (std::uint64_t k = 0; k < events; ++k) {
    const Small s = queue.next();
    queue.schedule(drawn(), s);
  }
  return cpu_seconds() - start;
}

// One round of a random graph with replication 8, the machines made anew.
void workers(benchmark::State& state, bool with_ledger) {
  const auto m = static_cast<std::size_t>(state.range(0));
  const ClusterSpec spec = spec_of(Assignment::regular_graph(m, m, 8, 1).value());
  Cluster cluster(spec);
  Ledger ledger(spec.plan);
  std::uint64_t events = 0;
  std::uint64_t seed = 0;
  const double start = cpu_seconds();
  for (auto _ : state) {
    const TrialOutcome got = cluster.run({.seed = ++seed}, {.ledger = with_ledger ? &ledger : nullptr});
    if (!got.completed) state.SkipWithError(got.reason.c_str());
    events += got.events;
  }
  const double took = cpu_seconds() - start;
  state.counters["events"] = static_cast<double>(events) / static_cast<double>(state.iterations());
  state.counters["events/s"] = static_cast<double>(events) / took;
  state.counters["to_queue"] = took / queue_seconds(m, events);
}
BENCHMARK_CAPTURE(workers, plain, false)
    ->Name("Workers")
    ->RangeMultiplier(10)
    ->Range(100, 100000)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(workers, ledger, true)
    ->Name("WorkersWithLedger")
    ->RangeMultiplier(10)
    ->Range(100, 100000)
    ->Unit(benchmark::kMillisecond);

// What the slowness of every worker cost in one round that has been.
void slowness(benchmark::State& state, Policy policy) {
  const auto m = static_cast<std::size_t>(state.range(0));
  ClusterSpec spec = spec_of(Assignment::regular_graph(m, m, 8, 1).value());
  spec.server.policy = policy;
  Ledger ledger(spec.plan);
  Slowness slow(spec.plan, spec.server);
  if (!Cluster(spec).run({}, {.ledger = &ledger}).completed) state.SkipWithError("the round had no end");
  for (auto _ : state) benchmark::DoNotOptimize(slow.of_round(ledger));
}
BENCHMARK_CAPTURE(slowness, fixed, Policy::fixed)
    ->Name("SlownessStatic")
    ->Arg(8)
    ->Arg(64)
    ->Arg(200)
    ->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(slowness, skip, Policy::skip)
    ->Name("SlownessSkip")
    ->Arg(8)
    ->Arg(64)
    ->Arg(200)
    ->Unit(benchmark::kMicrosecond);

BENCHMARK_CAPTURE(slowness, replan, Policy::replan)
    ->Name("SlownessReplan")
    ->Arg(8)
    ->Arg(64)
    ->Arg(200)
    ->Unit(benchmark::kMicrosecond);

// B1 and B2 of one draw.
void bounds(benchmark::State& state) {
  const auto m = static_cast<std::size_t>(state.range(0));
  const Assignment a = Assignment::regular_graph(m, m, 8, 1).value();
  Clairvoyant clairvoyant(a, 2);
  Random random({1, Purpose::test});
  std::vector<double> times(m);
  std::vector<double> moments(8 * m);
  double sorting = 0;
  double bounding = 0;
  for (auto _ : state) {
    for (double& s : times) s = 0.01 + static_cast<double>(random.bits() % 1000) / 300;
    for (std::size_t e = 0; e < moments.size(); ++e) {
      moments[e] = times[e / 8] * static_cast<double>(e % 8 + 1);
    }
    const double start = cpu_seconds();
    std::sort(moments.begin(), moments.end());
    const double sorted = cpu_seconds();
    benchmark::DoNotOptimize(clairvoyant.bounds(times));
    sorting += sorted - start;
    bounding += cpu_seconds() - sorted;
  }
  state.counters["copies/s"] =
      static_cast<double>(moments.size()) * static_cast<double>(state.iterations()) / bounding;
  state.counters["to_sort"] = bounding / sorting;
}
BENCHMARK(bounds)->Name("Bounds")->RangeMultiplier(10)->Range(100, 100000)->Unit(benchmark::kMillisecond);

// Plan, machines and one round: what a user waits for.
void from_nothing(benchmark::State& state) {
  const auto m = static_cast<std::size_t>(state.range(0));
  for (auto _ : state) {
    const ClusterSpec spec = spec_of(Assignment::cyclic(m, m, 8).value());
    const TrialOutcome got = Cluster(spec).run({});
    if (!got.completed) state.SkipWithError(got.reason.c_str());
  }
}
BENCHMARK(from_nothing)->Name("FromNothing")->Arg(100000)->Unit(benchmark::kMillisecond)->Iterations(1);

// The acceptance case: 2,000 trials of G1 without 7 of its 200 workers.
void g1(benchmark::State& state) {
  const char* const named = std::getenv("GLEANER_SHARED");
  std::ifstream file(std::filesystem::path(named != nullptr ? named : "../shared") /
                     "reference/assignment-g1.csv");
  if (!file) return state.SkipWithError("no reference/assignment-g1.csv: set GLEANER_SHARED");
  const std::string csv{std::istreambuf_iterator<char>(file), {}};
  const ClusterSpec spec = spec_of(Assignment::from_csv(csv, "assignment-g1.csv").value());
  const FaultModel faults = FaultModel::parse("crash:count=7,at=start").value();
  Cluster cluster(spec);
  std::uint64_t events = 0;
  double mean = 0;
  for (auto _ : state) {
    for (std::uint64_t seed = 1; seed <= 2000; ++seed) {
      const TrialOutcome got =
          cluster.run({.seed = seed, .faults = faults.schedule(seed, spec.plan->workers(), 1).value()});
      events += got.events;
      mean += seconds(got.rounds[0].took) / 2000;
    }
  }
  state.counters["events/s"] = benchmark::Counter(static_cast<double>(events), benchmark::Counter::kIsRate);
  state.counters["events"] = static_cast<double>(events) / static_cast<double>(state.iterations());
  state.counters["mean"] = mean / static_cast<double>(state.iterations());
}
BENCHMARK(g1)->Name("G1_2000_trials")->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace gleaner
