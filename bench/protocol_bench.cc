// How many events a second the machines handle, and how far that is from doing nothing but the notes.
//
//   protocol_bench --benchmark_filter=Server
//
// vs_notes: the rate as a share of the rate at which as many events are visited and each answered by one
// note.
#include <benchmark/benchmark.h>

#include <memory>
#include <numeric>
#include <vector>

#include "base/random.h"
#include "bench/cpu_seconds.h"
#include "protocol/server.h"
#include "protocol/worker.h"

namespace gleaner {
namespace {

std::shared_ptr<const Plan> cyclic(std::size_t workers, std::size_t replication) {
  const Assignment a = Assignment::cyclic(workers, workers, replication).value();
  return std::make_shared<const Plan>(
      Plan::make(Method::partial, a, Ordering::optimal(a), Frame::ones(workers)).value());
}

Peer peer(std::size_t w) { return {WorkerId(static_cast<std::uint32_t>(w)), Incarnation(1)}; }
Progress progress(const Plan& plan, std::size_t w, std::size_t chunks, Stamp stamp) {
  SlotSet done;
  const auto order = plan.ordering().of(WorkerId(static_cast<std::uint32_t>(w)));
  for (std::size_t k = 0; k < chunks; ++k) done.insert(order[k]);
  return {stamp, done};
}

/// A server whose m workers have joined.
struct ServerUnderLoad {
  explicit ServerUnderLoad(std::size_t workers, std::size_t replication)
      : plan(cyclic(workers, replication)), server(plan, code_for(Method::partial), {}) {
    for (std::size_t w = 0; w < workers; ++w) {
      server.step({}, FromWorker{peer(w), Hello{plan->fingerprint(), {}, {}}}, actions);
    }
  }

  void step(const ServerEvent& event) {
    actions.clear();
    server.step({}, event, actions);
    ++events;
    produced += actions.size();
  }
  // Every worker is drawn equally often; who is drawn last is a straggler.
  void progress_until_the_signal(Random& random) {
    const Stamp stamp = server.stamp();
    std::vector<std::uint32_t> turns;
    for (std::size_t w = 0; w < plan->workers(); ++w) {
      turns.insert(turns.end(), plan->assignment().load(WorkerId(static_cast<std::uint32_t>(w))),
                   static_cast<std::uint32_t>(w));
    }
    random.shuffle(std::span(turns));
    std::vector<std::size_t> done(plan->workers(), 0);
    for (const std::uint32_t w : turns) {
      step(FromWorker{peer(w), progress(*plan, w, ++done[w], stamp)});
      if (server.phase() != Server::Phase::computing) return;
    }
  }
  /// Returns whether the round was committed.
  bool whole_round(RoundId round, Random& random) {
    step(BeginRound{round});
    progress_until_the_signal(random);
    std::vector<VectorIn> vectors;
    for (const ServerAction& a : actions) {
      if (const auto* expect = std::get_if<Expect>(&a)) {
        for (const Expect::Vector& v : expect->vectors)
          vectors.push_back({v.peer, {server.stamp(), v.epoch}});
      }
    }
    random.shuffle(std::span(vectors));
    for (const VectorIn& v : vectors) step(v);
    if (server.phase() != Server::Phase::committing) return false;
    step(CommitDone{server.stamp()});
    return true;
  }

  std::shared_ptr<const Plan> plan;
  Server server;
  std::vector<ServerAction> actions;
  std::uint64_t events = 0;
  std::uint64_t produced = 0;
};

// The limit: every event is looked at and answered by a note, and nothing else.
double notes_per_second(const Plan& plan, Random& random) {
  std::vector<ServerEvent> events;
  for (int k = 0; k < 100'000; ++k) {
    const std::size_t w = random.below(plan.workers());
    events.emplace_back(FromWorker{peer(w), progress(plan, w, 1, {})});
  }
  std::vector<ServerAction> actions;
  const double began = cpu_seconds();
  for (const ServerEvent& e : events) {
    actions.clear();
    Note n;
    n.worker = std::get<FromWorker>(e).peer.worker;
    actions.emplace_back(std::move(n));
    benchmark::DoNotOptimize(actions.data());
  }
  return static_cast<double>(events.size()) / (cpu_seconds() - began);
}

void BM_ServerRound(benchmark::State& state) {
  const auto workers = static_cast<std::size_t>(state.range(0));
  ServerUnderLoad load(workers, static_cast<std::size_t>(state.range(1)));
  Random random({1, Purpose::test, 0, 0, 0});
  const double limit = notes_per_second(*load.plan, random);
  std::uint64_t round = 0;
  load.events = load.produced = 0;
  const double began = cpu_seconds();
  for (auto _ : state) {
    if (!load.whole_round(RoundId(++round), random)) return state.SkipWithError("a round was not committed");
  }
  const double seconds = cpu_seconds() - began;
  const double rate = static_cast<double>(load.events) / seconds;
  state.SetItemsProcessed(static_cast<std::int64_t>(load.events));
  state.counters["events_per_round"] = static_cast<double>(load.events) / static_cast<double>(round);
  state.counters["actions_per_event"] = static_cast<double>(load.produced) / static_cast<double>(load.events);
  state.counters["vs_notes"] = rate / limit;
}
BENCHMARK(BM_ServerRound)
    ->ArgNames({"workers", "replication"})
    ->Args({8, 3})
    ->Args({100, 3})
    ->Args({1000, 3})
    ->Args({1000, 8})
    ->Unit(benchmark::kMicrosecond);

// A loss after the signal: selecting again, with 1000 workers.
void BM_ServerLossAfterSignal(benchmark::State& state) {
  const auto workers = static_cast<std::size_t>(state.range(0));
  Random random({1, Purpose::test, 0, 0, 0});
  ServerUnderLoad ready(workers, 3);
  ready.step(BeginRound{RoundId(1)});
  ready.progress_until_the_signal(random);
  for (auto _ : state) {
    state.PauseTiming();
    Server server = ready.server;
    const WorkerId gone(static_cast<std::uint32_t>(random.below(workers)));
    std::vector<ServerAction> actions;
    state.ResumeTiming();
    server.step({}, WorkerLost{{gone, Incarnation(1)}}, actions);
    benchmark::DoNotOptimize(actions.data());
  }
}
BENCHMARK(BM_ServerLossAfterSignal)->ArgName("workers")->Arg(100)->Arg(1000)->Unit(benchmark::kMicrosecond);

// One worker through a whole round: start, its chunks, the signal, the vector, the commit.
void BM_WorkerRound(benchmark::State& state) {
  const auto replication = static_cast<std::size_t>(state.range(0));
  const auto plan = cyclic(1000, replication);
  Worker worker(peer(7), plan);
  std::uint64_t round = 0;
  std::uint64_t events = 0;
  std::vector<WorkerAction> actions;
  const auto step = [&](const WorkerEvent& event) {
    actions.clear();
    worker.step({}, event, actions);
    ++events;
  };
  for (auto _ : state) {
    const Stamp stamp{Term(1), RoundId(++round)};
    step(ServerMessage(StartRound{stamp}));
    for (const Slot slot : plan->ordering().of(WorkerId(7)))
      step(ChunkEnded{stamp, slot, ChunkOutcome::finished, {}});
    UsedSlots used(8);
    used[7] = worker.done();
    const auto selection = std::make_shared<const Selection>(Selection{stamp, Epoch(1), std::move(used)});
    step(ServerMessage(Transmit{{stamp, Epoch(1)}, selection}));
    step(VectorSent{{stamp, Epoch(1)}});
    step(ServerMessage(Committed{stamp}));
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(events));
}
BENCHMARK(BM_WorkerRound)->ArgName("chunks")->Arg(3)->Arg(8);

}  // namespace
}  // namespace gleaner
