// A server and workers over links that break, fall silent and come back; every round exact. Times are not
// asserted.
#include "runtime/serve_cluster.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "runtime/thread_cluster.h"
#include "runtime/worker_loop.h"
#include "support/remote_hub.h"
#include "support/small_run.h"

namespace gleaner {
namespace {

using std::chrono::milliseconds;
using test::Collector;
using test::RemoteHub;
using test::SmallRun;

/// A run whose workers are threads, each with a loop of its own.
class Cluster {
 public:
  explicit Cluster(const SmallRun& small, std::uint64_t rounds = 12) : spec_(small.spec()) {
    spec_.rounds = rounds;
    spec_.segment_floats = 5;
    spec_.server.when_unrecoverable = WhenUnrecoverable::wait;
    ServeOptions options;
    options.heartbeat = milliseconds(5);
    options.say = [](const std::string&) {};
    server_ = std::make_unique<ServeCluster>(spec_, seen, std::move(options));
    hub_ = std::make_unique<RemoteHub>(*server_);
    goes_ = std::vector<std::atomic<bool>>(spec_.plan->workers());
    endings.resize(spec_.plan->workers());
  }

  /// `disturb` is called again and again while the run goes on.
  RunResult run(const std::function<void(RemoteHub&)>& disturb = {}) {
    for (std::uint32_t w = 0; w < spec_.plan->workers(); ++w) {
      threads_.emplace_back([this, w] { work({WorkerId(w), Incarnation(1)}); });
    }
    std::jthread trouble([&](const std::stop_token& stop) {
      while (disturb && !stop.stop_requested()) {
        disturb(*hub_);
        std::this_thread::sleep_for(milliseconds(3));
      }
    });
    RunResult result = server_->run(*hub_);
    trouble.request_stop();
    trouble.join();
    hub_->goodbye(result.summary);
    threads_.clear();
    return result;
  }
  void let_go(std::uint32_t worker) { goes_[worker] = true; }
  ServeCluster& server() { return *server_; }

  Collector seen;
  std::vector<std::optional<WorkerEnding>> endings;

 private:
  void work(Peer peer) {
    WorkerSurroundings around;
    around.start = [this](RemoteLink& link, RemoteWorkerSink& sink) { hub_->start(link, sink); };
    around.reconnect = [this, peer]() -> std::variant<std::unique_ptr<RemoteLink>, WorkerEnding> {
      std::this_thread::sleep_for(milliseconds(4));
      if (hub_->over()) return WorkerEnding{WorkerEnding::Kind::run_is_over};
      return hub_->connect(peer, true);
    };
    around.keep_going = [this, peer] { return !goes_[peer.worker.index()]; };
    around.say = [](const std::string&) {};
    WorkerLoop loop(spec_, peer, milliseconds(5), std::move(around));
    endings[peer.worker.index()] = loop.run(hub_->connect(peer, false));
  }

  RunSpec spec_;
  std::unique_ptr<ServeCluster> server_;
  std::unique_ptr<RemoteHub> hub_;
  std::vector<std::atomic<bool>> goes_;
  std::vector<std::jthread> threads_;
};

void expect_exact(const Cluster& cluster, const RunSummary& s, std::uint64_t rounds) {
  EXPECT_EQ(s.status, "completed") << s.reason;
  EXPECT_EQ(s.rounds, rounds);
  EXPECT_LT(s.gradient_error_max, 1e-6);
  for (const RoundRecord& r : cluster.seen.rounds) EXPECT_EQ(r.residual, 0);
}

TEST(ServeCluster, TrainsExactlyAndKeepsTheBooks) {
  SmallRun small;
  small.blocks = 2;
  small.replication = 4;
  Cluster cluster(small);
  const RunSummary s = cluster.run().summary;
  expect_exact(cluster, s, 12);
  EXPECT_EQ(s.workers_lost, 0U);
  EXPECT_EQ(s.ledger.total().used, s.chunks_used);
  EXPECT_GE(s.ledger.total().computed, s.chunks_used);
  for (const RoundRecord& r : cluster.seen.rounds) {
    EXPECT_GE(r.chunk_times.size(), r.chunks_used);
    for (const ChunkTime& c : r.chunk_times) EXPECT_GE(c.seconds, c.drawn_seconds);
  }
  for (const auto& e : cluster.endings) EXPECT_EQ(e->kind, WorkerEnding::Kind::run_is_over);
}

// With one copy of everything there is no choice, and so the bits are those of threads.
TEST(ServeCluster, TheSameSelectionsGiveTheSameBits) {
  SmallRun small;
  small.method = Method::uncoded;
  small.speeds = "none";
  Cluster cluster(small);
  const RunResult remote = cluster.run();
  Collector seen;
  EXPECT_EQ(remote.parameters, run_threads(small.spec(), seen).parameters);
}

TEST(ServeCluster, LinksThatAreCutComeBackWithTheirGradients) {
  SmallRun small;
  small.blocks = 2;
  small.replication = 4;
  Cluster cluster(small, 30);
  std::uint32_t next = 0;
  std::size_t cuts = 0;
  const RunSummary s =
      cluster.run([&](RemoteHub& hub) { cuts += hub.cut(WorkerId(next = (next + 3) % 8)) ? 1 : 0; }).summary;
  expect_exact(cluster, s, 30);
  EXPECT_GT(cuts, 5U);
  EXPECT_GT(s.workers_lost, 5U);
}

TEST(ServeCluster, ASilentWorkerIsGivenUpAndBelievedWhenItSpeaksAgain) {
  SmallRun small;
  small.speeds = "constant:mean=20ms";
  Cluster cluster(small, 60);
  std::atomic<int> calls = 0;
  const RunSummary s = cluster
                           .run([&](RemoteHub& hub) {
                             const int call = ++calls;
                             if (call == 40) hub.silence(WorkerId(3), true);
                             if (call != 200) return;
                             hub.silence(WorkerId(3), false);
                             hub.cut(WorkerId(3));  // what it said in the meantime is gone
                           })
                           .summary;
  expect_exact(cluster, s, 60);
  EXPECT_GE(s.workers_lost, 1U);
  EXPECT_THAT(cluster.seen.notes,
              testing::Contains(testing::HasSubstr("worker 3 has given no sign of life")));
  EXPECT_EQ(cluster.seen.rounds.back().workers, 8U);
}

// The vectors of two workers stay half way. The one that has sent less is left out first, and must not keep
// the other one from being left out.
TEST(ServeCluster, TwoVectorsThatDoNotComeAreBothLeftOut) {
  SmallRun small;
  small.blocks = 2;
  small.replication = 4;
  Cluster cluster(small);
  std::atomic<int> calls = 0;
  constexpr int kEnough = 5000;
  const RunSummary s = cluster
                           .run([&](RemoteHub& hub) {
                             const int call = ++calls;
                             if (call == 1) {
                               hub.lose_segments(WorkerId(2), 0);
                               hub.lose_segments(WorkerId(6), 1);
                             } else if (call == kEnough) {  // it would wait for ever
                               for (const std::uint32_t w : {2U, 6U}) {
                                 hub.lose_segments(WorkerId(w), std::nullopt);
                                 hub.cut(WorkerId(w));
                               }
                             }
                           })
                           .summary;
  expect_exact(cluster, s, 12);
  EXPECT_LT(calls, kEnough);
  EXPECT_THAT(cluster.seen.notes, testing::Contains(testing::ContainsRegex("worker 2.*of [0-9] segments")));
  EXPECT_THAT(cluster.seen.notes, testing::Contains(testing::ContainsRegex("worker 6.*of [0-9] segments")));
}

TEST(ServeCluster, AWorkerThatIsAskedToGoLeavesBetweenRoundsAndIsNotLost) {
  SmallRun small;
  Cluster cluster(small, 40);
  std::atomic<int> calls = 0;
  const RunSummary s = cluster
                           .run([&](RemoteHub&) {
                             if (++calls == 5) cluster.let_go(2);
                           })
                           .summary;
  expect_exact(cluster, s, 40);
  EXPECT_EQ(s.workers_lost, 0U);
  EXPECT_EQ(cluster.endings[2]->kind, WorkerEnding::Kind::left);
  EXPECT_EQ(cluster.seen.rounds.back().workers, 7U);
}

TEST(ServeCluster, SaysHowItGoesAndStopsWhenAsked) {
  SmallRun small;
  Cluster cluster(small, 1'000'000);
  std::atomic<bool> asked = false;
  const RunSummary s = cluster
                           .run([&](RemoteHub&) {
                             const ClusterStatus status = cluster.server().status();
                             if (status.round < 3 || asked.exchange(true)) return;
                             EXPECT_EQ(status.phase, "running");
                             ASSERT_EQ(status.workers.size(), 8U);
                             for (const MemberStatus& m : status.workers) {
                               EXPECT_EQ(m.state, "here");
                               EXPECT_GT(m.limit, 0);
                               EXPECT_LT(m.suspicion, 1);
                             }
                             cluster.server().stop();
                           })
                           .summary;
  EXPECT_EQ(s.status, "interrupted");
  EXPECT_EQ(s.reason, "asked to stop");
  EXPECT_GE(s.rounds, 2U);
  EXPECT_EQ(cluster.server().status().phase, "over");
}

}  // namespace
}  // namespace gleaner
