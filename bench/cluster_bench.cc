// What a round costs when workers are at the other end of a connection: 8 of them, tiny gradients, nobody
// waits.
//
//   cluster_bench
//
// Ratios are to the same run on threads within one process (runtime/thread_cluster.h), which takes turns.
#include <benchmark/benchmark.h>

#include "bench/net_hall.h"
#include "runtime/serve_cluster.h"
#include "runtime/thread_cluster.h"
#include "runtime/worker_loop.h"
#include "support/small_run.h"

namespace gleaner::bench {
namespace {

constexpr std::size_t kWorkers = 8;
constexpr std::uint64_t kRounds = 300;

RunSpec tiny() {
  test::SmallRun small;
  small.workers = kWorkers;
  small.speeds = "none";
  small.rounds = kRounds;
  small.segment_floats = 1 << 18;
  RunSpec spec = small.spec();
  spec.verify = false;
  return spec;
}

/// The time of a round, without that of the first, which waits for everybody to come.
class Watch final : public RunObserver {
 public:
  void record(const TraceRecord&) override {}
  void on_round(const RoundRecord&) override {
    if (rounds_++ == 0) began_ = Clock::now();
    last_ = Clock::now();
  }
  [[nodiscard]] double seconds_per_round() const {
    return std::chrono::duration<double>(last_ - began_).count() / static_cast<double>(rounds_ - 1);
  }

 private:
  Clock::time_point began_;
  Clock::time_point last_;
  std::uint64_t rounds_ = 0;
};

void work(const RunSpec& spec, int port, WorkerId worker,
          std::shared_ptr<grpc::ChannelCredentials> credentials) {
  auto link = join(port, worker, std::move(credentials));
  const Placed placed = link->placed();
  WorkerSurroundings around;
  around.start = [&](RemoteLink& l, RemoteWorkerSink& sink) {
    static_cast<JoinedLink&>(l).start(sink, {kWorkers, 64}, spec.objective->parameters());
  };
  around.reconnect = [] { return WorkerEnding{WorkerEnding::Kind::no_server}; };
  around.keep_going = [] { return true; };
  around.say = [](const std::string&) {};
  WorkerLoop loop(spec, placed.peer, placed.heartbeat, std::move(around));
  (void)loop.run(std::move(link));
}

double round_over_grpc(const RunSpec& spec, const Wax* wax) {
  Watch watch;
  ServeOptions serve;
  serve.say = [](const std::string&) {};
  ServeCluster cluster(spec, watch, std::move(serve));
  EndpointOptions options;
  options.listen = "127.0.0.1:0";
  options.credentials =
      wax != nullptr ? server_credentials(wax->files("server")) : grpc::InsecureServerCredentials();
  options.workers = kWorkers;
  options.term = Term(1);
  options.limits = {kWorkers, 64};
  auto endpoint = ServerEndpoint::open(std::move(options), cluster).value();
  std::vector<std::jthread> workers;
  for (std::uint32_t w = 0; w < kWorkers; ++w) {
    workers.emplace_back([&, w] {
      work(spec, endpoint->port(), WorkerId(w),
           wax != nullptr ? channel_credentials(wax->files("worker-" + std::to_string(w)))
                          : grpc::InsecureChannelCredentials());
    });
  }
  const RunResult result = cluster.run(*endpoint);
  endpoint->goodbye({result.summary.status, result.summary.reason});
  if (result.summary.status != "completed") throw std::runtime_error(result.summary.reason);
  return watch.seconds_per_round();
}

double round_on_threads(const RunSpec& spec) {
  Watch watch;
  if (run_threads(spec, watch).summary.status != "completed") throw std::runtime_error("the run failed");
  return watch.seconds_per_round();
}

void BM_Round(benchmark::State& state) {
  set_up_process();
  std::unique_ptr<Wax> wax;
  if (state.range(0) != 0) wax = std::make_unique<Wax>(kWorkers);
  const RunSpec spec = tiny();
  std::vector<double> rounds;
  std::vector<double> threads;
  std::vector<double> ratios;
  for (auto _ : state) {
    const double inproc = round_on_threads(spec);
    const double own = round_over_grpc(spec, wax.get());
    state.SetIterationTime(own);
    rounds.push_back(own * 1e6);
    threads.push_back(inproc * 1e6);
    ratios.push_back(own / inproc);
  }
  state.counters["round_us"] = median(rounds);
  state.counters["threads_us"] = median(threads);
  state.counters["vs_threads"] = median(ratios);
}
BENCHMARK(BM_Round)->ArgName("tls")->Arg(0)->Arg(1)->Iterations(9)->UseManualTime()->Unit(
    benchmark::kMicrosecond);

}  // namespace
}  // namespace gleaner::bench
