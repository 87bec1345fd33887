// How many bytes per second pass between processes: vectors up, parameters down, and vectors combined.
//
//   net_bench --benchmark_filter=Up
//
// Ratios are to raw TCP over loopback, to gRPC with nothing around it and to memcpy in the same run, which
// take turns with what is measured. Both ends share the processors, so that `vs_tcp_cpu`, processor time per
// byte of raw TCP over that of Gleaner, is the steadier one.
#include <benchmark/benchmark.h>

#include <cstring>

#include "bench/bare_grpc.h"
#include "bench/net_hall.h"
#include "bench/raw_tcp.h"
#include "runtime/mailbox.h"
#include "support/small_run.h"
#include "work/combiner.h"

namespace gleaner::bench {
namespace {

constexpr std::size_t kWorkers = 8;
constexpr std::size_t kBytesEach = std::size_t{32} << 20;  // of every worker, in one turn
constexpr std::size_t kBytes = kWorkers * kBytesEach;
constexpr double kGiB = 1 << 30;

Stamp round_of(std::uint64_t r) { return {Term(1), RoundId(r)}; }

/// By worker: its vector, in segments.
using Vectors = std::vector<std::vector<VectorSegment>>;

Vectors make_vectors(const Hall& hall, Stamp stamp, std::size_t segment_floats) {
  Vectors all(kWorkers);
  for (std::size_t w = 0; w < kWorkers; ++w) {
    for (std::uint32_t k = 0; k < kBytesEach / sizeof(float) / segment_floats; ++k)
      all[w].push_back({hall.peer(w), {stamp, Epoch(1)}, k, std::vector<float>(segment_floats, 1.0F)});
  }
  return all;
}

/// Every worker sends, as quickly as its link takes it.
void send(Hall& hall, Vectors& vectors) {
  std::vector<std::jthread> senders;
  for (std::size_t w = 0; w < kWorkers; ++w) {
    senders.emplace_back([&, w] {
      for (VectorSegment& s : vectors[w]) {
        if (!hall.links[w]->send_segment(std::move(s))) throw std::runtime_error("a link broke");
      }
    });
  }
}

Took time_of_memcpy() {
  static std::vector<char> from(kBytesEach, 'x');
  static std::vector<char> to(kBytesEach, 'y');
  return time_of([] {
    for (std::size_t k = 0; k < kWorkers; ++k) {
      std::memcpy(to.data(), from.data(), kBytesEach);
      benchmark::ClobberMemory();
    }
  });
}

/// Turns of what is measured and of its limits, and their medians.
class Contest {
 public:
  template <class Work>
  void turn(benchmark::State& state, Work work) {
    const Took raw = time_of([&] { tcp_.send(kBytesEach >> 20, 1 << 20); });
    const Took bare = time_of([&] { grpc_.send(kBytesEach >> 20, 1 << 20); });
    const Took copy = time_of_memcpy();
    const Took own = time_of(work);
    state.SetIterationTime(own.wall);
    own_.push_back(kBytes / own.wall / kGiB);
    raw_.push_back(kBytes / raw.wall / kGiB);
    bare_.push_back(kBytes / bare.wall / kGiB);
    copy_.push_back(kBytes / copy.wall / kGiB);
    vs_tcp_.push_back(raw.wall / own.wall);
    vs_tcp_cpu_.push_back(raw.cpu / own.cpu);
    vs_grpc_.push_back(bare.wall / own.wall);
    own_cpu_.push_back(own.cpu / (kBytes / kGiB));
  }
  void print(benchmark::State& state) const {
    state.counters["GiB/s"] = median(own_);
    state.counters["tcp_GiB/s"] = median(raw_);
    state.counters["grpc_GiB/s"] = median(bare_);
    state.counters["vs_grpc"] = median(vs_grpc_);
    state.counters["memcpy_GiB/s"] = median(copy_);
    state.counters["vs_tcp"] = median(vs_tcp_);
    state.counters["vs_tcp_cpu"] = median(vs_tcp_cpu_);
    state.counters["cpu_s/GiB"] = median(own_cpu_);
  }

 private:
  RawTcp tcp_{kWorkers};
  BareGrpc grpc_{kWorkers};
  std::vector<double> own_, raw_, bare_, copy_, vs_tcp_, vs_grpc_, vs_tcp_cpu_, own_cpu_;
};

void BM_VectorsUp(benchmark::State& state) {
  const bool tls = state.range(0) != 0;
  const std::size_t segment_floats = static_cast<std::size_t>(state.range(1)) << 8;  // KiB
  Hall hall(kWorkers, tls, 1 << 20);
  Tally came;
  hall.server.segment = [&](const VectorSegment&) { came.one(); };
  Contest contest;
  std::uint64_t round = 0;
  for (auto _ : state) {
    Vectors vectors = make_vectors(hall, round_of(++round), segment_floats);
    contest.turn(state, [&] {
      came.expect(kBytes / sizeof(float) / segment_floats);
      send(hall, vectors);
      came.wait();
    });
  }
  contest.print(state);
}
BENCHMARK(BM_VectorsUp)
    ->ArgNames({"tls", "KiB"})
    ->ArgsProduct({{0, 1}, {64, 256, 1024, 4096}})
    ->Iterations(11)
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond);

void BM_ParametersDown(benchmark::State& state) {
  const bool tls = state.range(0) != 0;
  const auto parameters = std::make_shared<const std::vector<float>>(kBytesEach / sizeof(float), 1.0F);
  Hall hall(kWorkers, tls, parameters->size());
  Contest contest;
  std::uint64_t round = 0;
  for (auto _ : state) {
    contest.turn(state, [&] {
      hall.heard.expect(kWorkers);
      const Stamp stamp = round_of(++round);
      for (std::size_t w = 0; w < kWorkers; ++w) {
        hall.endpoint->send_parameters(hall.peer(w), stamp, parameters);
        hall.endpoint->send(hall.peer(w), StartRound{stamp});
      }
      hall.heard.wait();
    });
  }
  contest.print(state);
}
BENCHMARK(BM_ParametersDown)
    ->ArgName("tls")
    ->Arg(0)
    ->Arg(1)
    ->Iterations(11)
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond);

/// One thread that takes the segments as they come, and combines them, or only lets them go.
class Taker {
 public:
  Taker(bool combine, Tally& came)
      : combine_(combine),
        came_(came),
        spec_(test::SmallRun{}.spec()),
        combiner_(spec_.plan, spec_.code, kBytesEach / sizeof(float), 1 << 18),
        thread_([this] { loop(); }) {}
  ~Taker() {
    box_.push(std::nullopt);
    thread_.join();
  }

  void begin(Stamp stamp) {
    auto selection = std::make_shared<Selection>(Selection{stamp, Epoch(1), {}});
    Expect expect;
    for (std::uint32_t w = 0; w < kWorkers; ++w) {
      const auto slot = spec_.plan->assignment().slot_of(WorkerId(w), ChunkId(w)).value();
      selection->used.push_back(SlotSet::single(slot));
      expect.vectors.push_back({{WorkerId(w), Incarnation(1)}, Epoch(1)});
    }
    expect.selection = selection;
    combiner_.begin(stamp);
    std::vector<Combiner::Outcome> outcomes;
    combiner_.expect(expect, outcomes);
  }
  void take(VectorSegment segment) { box_.push(std::move(segment)); }
  [[nodiscard]] bool whole() const { return combiner_.combined() == combiner_.layout().count(); }

 private:
  void loop() {
    while (std::optional<VectorSegment> segment = box_.pop()) {
      std::vector<Combiner::Outcome> outcomes;
      if (combine_) combiner_.deliver(std::move(*segment), outcomes);
      came_.one();
    }
  }

  bool combine_;
  Tally& came_;
  RunSpec spec_;
  Combiner combiner_;
  Mailbox<std::optional<VectorSegment>> box_;
  std::thread thread_;
};

void BM_ReceiveAndCombine(benchmark::State& state) {
  Hall hall(kWorkers, state.range(0) != 0, 1 << 20);
  Tally came;
  Taker plain(false, came);
  Taker combining(true, came);
  std::uint64_t round = 0;
  std::vector<double> rates;
  std::vector<double> ratios;
  std::vector<double> cpu_ratios;
  for (auto _ : state) {
    const auto turn = [&](Taker& taker) {
      const Stamp stamp = round_of(++round);
      taker.begin(stamp);
      hall.server.segment = [&](VectorSegment s) { taker.take(std::move(s)); };
      Vectors vectors = make_vectors(hall, stamp, 1 << 18);
      return time_of([&] {
        came.expect(kBytes >> 20);
        send(hall, vectors);
        came.wait();
      });
    };
    const Took alone = turn(plain);
    const Took both = turn(combining);
    if (!combining.whole()) return state.SkipWithError("the gradient is not whole");
    state.SetIterationTime(both.wall);
    rates.push_back(kBytes / both.wall / kGiB);
    ratios.push_back(alone.wall / both.wall);
    cpu_ratios.push_back(alone.cpu / both.cpu);
  }
  state.counters["GiB/s"] = median(rates);
  state.counters["vs_receive"] = median(ratios);
  state.counters["vs_receive_cpu"] = median(cpu_ratios);
}
BENCHMARK(BM_ReceiveAndCombine)
    ->ArgName("tls")
    ->Arg(0)
    ->Arg(1)
    ->Iterations(11)
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace gleaner::bench
