// How quickly a straggler stops, and what a round costs besides the computing.
//
//   runtime_bench --benchmark_filter=Stop
//
// Ratios are to a limit measured in the same run: the longest tick of the same objective, or threads that
// hand on the messages of a round and do nothing else.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <thread>
#include <vector>

#include "data/synthetic.h"
#include "runtime/compute_thread.h"
#include "runtime/mailbox.h"
#include "runtime/thread_cluster.h"
#include "sim/virtual_cluster.h"
#include "support/small_run.h"
#include "training/run_log.h"

namespace gleaner {
namespace {

using Clock = std::chrono::steady_clock;

double milliseconds(Clock::duration d) { return std::chrono::duration<double, std::milli>(d).count(); }

/// Softmax regression of the shape of MNIST, one of 8 chunks. Counts the ticks after it was told to stop.
class Straggler final : public Objective {
 public:
  Straggler() : data_(synthetic_classification(7500, 784, 10, 1)) {
    Samples samples;
    samples.rows = data_.rows;
    samples.features = data_.features;
    samples.dense = data_.dense;
    samples.labels = data_.labels;
    inner_ = make_softmax(samples, 10, {{0, data_.rows}}).value();
  }

  [[nodiscard]] std::string_view name() const override { return inner_->name(); }
  [[nodiscard]] std::size_t parameters() const override { return inner_->parameters(); }
  [[nodiscard]] std::size_t chunks() const override { return inner_->chunks(); }
  void initial(std::uint64_t seed, std::span<float> p) const override { inner_->initial(seed, p); }
  [[nodiscard]] bool chunk_gradient(std::span<const float> p, ChunkId chunk, RoundId round,
                                    std::span<float> out, Pulse& pulse) const override {
    Counting counting(pulse, *this);
    return inner_->chunk_gradient(p, chunk, round, out, counting);
  }
  Tallies reference_chunk(std::span<const float> p, ChunkId chunk, RoundId round,
                          std::span<double> g) const override {
    return inner_->reference_chunk(p, chunk, round, g);
  }
  [[nodiscard]] Tallies evaluate(std::span<const float> p, const Samples& s) const override {
    return inner_->evaluate(p, s);
  }
  [[nodiscard]] bool classifies() const override { return true; }
  [[nodiscard]] std::vector<Part> parts() const override { return inner_->parts(); }

  mutable std::atomic<bool> told{false};
  mutable std::atomic<int> ticks_after{0};

 private:
  class Counting final : public Pulse {
   public:
    Counting(Pulse& inner, const Straggler& owner) : inner_(inner), owner_(owner) {}
    [[nodiscard]] bool tick(double fraction) override {
      if (owner_.told) ++owner_.ticks_after;
      return inner_.tick(fraction);
    }

   private:
    Pulse& inner_;
    const Straggler& owner_;
  };

  Dataset data_;
  std::unique_ptr<Objective> inner_;
};

class TickClock final : public Pulse {
 public:
  [[nodiscard]] bool tick(double) override {
    const auto now = Clock::now();
    longest = std::max(longest, now - last_);
    last_ = now;
    return true;
  }
  Clock::duration longest{};

 private:
  Clock::time_point last_ = Clock::now();
};

struct Times {
  Clock::duration chunk;
  Clock::duration longest_tick;
};
Times times_of(const Objective& objective, const std::vector<float>& parameters) {
  std::vector<float> out(objective.dimension());
  Times t{Clock::duration::max(), {}};
  for (int k = 0; k < 20; ++k) {
    TickClock pulse;
    const auto began = Clock::now();
    if (!objective.chunk_gradient(parameters, ChunkId(0), RoundId(1), out, pulse)) return t;
    t.chunk = std::min(t.chunk, Clock::now() - began);
    t.longest_tick = std::max(t.longest_tick, pulse.longest);
  }
  return t;
}

// From the signal until the computation has reported that it stopped. `paced`: the straggler is slowed down,
// so that the signal finds it waiting.
void BM_StopLatency(benchmark::State& state) {
  const bool paced = state.range(0) != 0;
  const auto objective = std::make_shared<Straggler>();
  const auto parameters = std::make_shared<const std::vector<float>>(objective->parameters(), 0.01F);
  const Times times = times_of(*objective, *parameters);
  Mailbox<ComputeThread::Result> ended;
  GradientStore store(1, objective->dimension());
  ComputeThread thread(
      objective, store, [&](ComputeThread::Result r) { ended.push(std::move(r)); },
      [](Stamp, Slot, double) {});
  Random random({1, Purpose::test, 0, 0, 0});
  std::vector<double> latencies_ms;
  int ticks_after_max = 0;
  for (auto _ : state) {
    objective->told = false;
    objective->ticks_after = 0;
    const Duration at_least = paced ? std::chrono::milliseconds(200) : Duration::zero();
    thread.start({{Term(1), RoundId(1)}, Slot(0), ChunkId(0), parameters, at_least});
    const auto delay = paced ? std::chrono::milliseconds(10) : times.chunk;
    std::this_thread::sleep_for(delay * (0.7 * random.uniform()));
    const auto signal = Clock::now();
    thread.stop();
    objective->told = true;  // the tick that is under way may still be the last one
    const ComputeThread::Result result = ended.pop();
    const auto latency = Clock::now() - signal;
    state.SetIterationTime(std::chrono::duration<double>(latency).count());
    if (result.verdict.outcome != ChunkOutcome::stopped) continue;  // it was faster
    latencies_ms.push_back(milliseconds(latency));
    ticks_after_max = std::max(ticks_after_max, objective->ticks_after.load());
  }
  state.counters["p50_ms"] = percentile(latencies_ms, 0.5);
  state.counters["p99_ms"] = percentile(latencies_ms, 0.99);
  state.counters["longest_tick_ms"] = milliseconds(times.longest_tick);
  state.counters["p99_vs_longest_tick"] = percentile(latencies_ms, 0.99) / milliseconds(times.longest_tick);
  state.counters["ticks_after_max"] = ticks_after_max;
  state.counters["stopped"] = static_cast<double>(latencies_ms.size());
}
BENCHMARK(BM_StopLatency)
    ->ArgName("paced")
    ->Arg(0)
    ->Arg(1)
    ->Iterations(400)
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond);

constexpr std::size_t kWorkers = 8;

// The limit of a round on threads: the same threads hand the same messages on, and nothing else is done.
//   loop -> 8 computing -> loop -> 8 sending -> combining -> loop -> combining -> loop
double bare_round() {
  constexpr int kRounds = 2000;
  constexpr int kQuit = -1;
  Mailbox<int> loop;
  Mailbox<int> combining;
  std::vector<Mailbox<int>> computing(kWorkers);
  std::vector<Mailbox<int>> sending(kWorkers);
  std::vector<std::jthread> threads;
  const auto pass_on = [&](Mailbox<int>& from, Mailbox<int>& to) {
    threads.emplace_back([&from, &to] {
      for (int k = from.pop(); k != kQuit; k = from.pop()) to.push(k);
    });
  };
  for (std::size_t w = 0; w < kWorkers; ++w) {
    pass_on(computing[w], loop);
    pass_on(sending[w], combining);
  }
  threads.emplace_back([&] {
    for (int k = 0; k < kRounds; ++k) {
      for (std::size_t w = 0; w < kWorkers; ++w) (void)combining.pop();
      loop.push(k);
      loop.push(combining.pop());
    }
  });
  const auto began = Clock::now();
  for (int k = 0; k < kRounds; ++k) {
    for (auto& box : computing) box.push(k);
    for (std::size_t w = 0; w < kWorkers; ++w) (void)loop.pop();
    for (auto& box : sending) box.push(k);
    (void)loop.pop();
    combining.push(k);
    (void)loop.pop();
  }
  const double seconds = std::chrono::duration<double>(Clock::now() - began).count();
  for (std::size_t w = 0; w < kWorkers; ++w) {
    computing[w].push(kQuit);
    sending[w].push(kQuit);
  }
  return seconds / kRounds;
}

RunSpec tiny(std::uint64_t rounds) {
  test::SmallRun small;
  small.speeds = "none";
  small.rounds = rounds;
  small.segment_floats = kSegmentFloats;
  RunSpec spec = small.spec();
  spec.verify = false;
  return spec;
}

class Silent final : public RunObserver {
 public:
  void record(const TraceRecord&) override {}
  void on_round(const RoundRecord&) override {}
};

void BM_RoundOnThreads(benchmark::State& state) {
  constexpr std::uint64_t kRounds = 500;
  const double bare = bare_round();
  const RunSpec spec = tiny(kRounds);
  double total = 0;
  for (auto _ : state) {
    Silent observer;
    const auto began = Clock::now();
    if (run_threads(spec, observer).summary.status != "completed")
      return state.SkipWithError("the run failed");
    const double seconds = std::chrono::duration<double>(Clock::now() - began).count() / kRounds;
    state.SetIterationTime(seconds);
    total += seconds;
  }
  const double round = total / static_cast<double>(state.iterations());
  state.counters["round_us"] = round * 1e6;
  state.counters["bare_us"] = bare * 1e6;
  state.counters["vs_bare"] = round / bare;
}
BENCHMARK(BM_RoundOnThreads)->Iterations(8)->UseManualTime()->Unit(benchmark::kMicrosecond);

void BM_RoundOnVirtualTime(benchmark::State& state) {
  constexpr std::uint64_t kRounds = 2000;
  const RunSpec spec = tiny(kRounds);
  // The limit: the chunk gradients alone, which virtual time computes one after another.
  const std::vector<float> parameters(spec.objective->parameters());
  std::vector<float> out(spec.objective->dimension());
  FreePulse pulse;
  constexpr std::uint32_t kChunks = 40'000;
  const auto start = Clock::now();
  for (std::uint32_t k = 0; k < kChunks; ++k) {
    if (!spec.objective->chunk_gradient(parameters, ChunkId(k % 8), RoundId(1), out, pulse)) return;
  }
  const double chunk = std::chrono::duration<double>(Clock::now() - start).count() / kChunks;
  double chunks = 0;
  double seconds = 0;
  for (auto _ : state) {
    Silent observer;
    const auto began = Clock::now();
    const RunResult result = run_virtual(spec, observer);
    const double took = std::chrono::duration<double>(Clock::now() - began).count();
    state.SetIterationTime(took / kRounds);
    seconds += took;
    chunks += static_cast<double>(result.summary.chunks_completed);
  }
  state.counters["round_us"] = seconds / static_cast<double>(state.iterations() * kRounds) * 1e6;
  state.counters["vs_gradients"] = seconds / (chunks * chunk);
}
BENCHMARK(BM_RoundOnVirtualTime)->Iterations(5)->UseManualTime()->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace gleaner
