// The network of a cluster: delays computed by hand, losses, partitions.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "sim/cluster.h"

namespace gleaner {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// m workers with one chunk of 1 s each: Hello, StartRound, Progress, Transmit, one vector. d floats of which
// a vector has all; frames of 24 bytes as in message_bytes.h.
ClusterSpec uncoded(std::size_t workers) {
  const Assignment a = Assignment::cyclic(workers, workers, 1).value();
  ClusterSpec s;
  s.plan = std::make_shared<const Plan>(
      Plan::make(Method::uncoded, a, Ordering::optimal(a), Frame::ones(workers)).value());
  s.code = code_for(Method::uncoded);
  return s;
}

RoundOutcome one_round(const ClusterSpec& spec) {
  const TrialOutcome got = Cluster(spec).run({});
  EXPECT_TRUE(got.completed) << got.reason;
  return got.rounds.empty() ? RoundOutcome{} : got.rounds.front();
}

TEST(ClusterNetwork, FourWaysOfLatencyMakeARound) {
  ClusterSpec spec = uncoded(3);
  spec.network.latency = milliseconds(10);
  const RoundOutcome r = one_round(spec);
  EXPECT_EQ(r.signalled, milliseconds(1020));  // StartRound, chunk, Progress
  EXPECT_EQ(r.took, milliseconds(1040));       // Transmit, vector
  // StartRound, Progress, Transmit, vector, Committed.
  EXPECT_EQ(r.messages, 15U);
}

TEST(ClusterNetwork, BytesAreCountedAsTheyAreSent) {
  ClusterSpec spec = uncoded(2);
  spec.dimension = 100;
  spec.parameter_bytes = 1000;
  const RoundOutcome r = one_round(spec);
  EXPECT_EQ(r.bytes_to_server, 2U * (27 + 432));                  // Progress; frame, index, 100 floats
  EXPECT_EQ(r.bytes_to_workers, 2U * (1024 + 24 + 12 + 1 + 24));  // StartRound, Transmit, Committed
}

TEST(ClusterNetwork, AVectorTakesItsTimeOnALink) {
  ClusterSpec spec = uncoded(2);
  spec.dimension = 242;           // 968 bytes of floats, 1000 on the wire
  spec.network.bandwidth = 1000;  // bytes per second
  const RoundOutcome r = one_round(spec);
  // Welcome, which is still on its way, and StartRound 24 ms each, chunk 1 s, Progress 27 ms; then Transmit
  // 37 ms, vector 1 s.
  EXPECT_EQ(r.signalled, milliseconds(1075));
  EXPECT_EQ(r.took, milliseconds(1075 + 37 + 1000));
}

TEST(ClusterNetwork, TheServersLineIsSharedFirstComeFirstServed) {
  ClusterSpec spec = uncoded(4);
  spec.dimension = 242;
  spec.network.server_bandwidth = 1000;
  const RoundOutcome r = one_round(spec);
  // Down: the last Welcome, then worker k starts after another (k+1) 24 ms. Up: its Progress of 27 ms finds
  // the line busy: the last is through 1 s + 48 ms + 4 27 ms after the start.
  EXPECT_EQ(r.signalled, milliseconds(1048 + 4 * 27));
  // Signals of 33 ms one after another; the vectors of 1 s follow without a gap.
  EXPECT_EQ(r.took, r.signalled + milliseconds(37 + 4 * 1000));
}

TEST(ClusterNetwork, LinksAndTheServersLineArePassedCutThrough) {
  ClusterSpec spec = uncoded(4);
  spec.dimension = 242;
  spec.network.bandwidth = 1000;
  spec.network.server_bandwidth = 2000;
  const RoundOutcome r = one_round(spec);
  // Vectors need 1 s on their links and .5 s on the line: four of them 2 s, from the first one's start on.
  // Signals: one is through when the link is, 33 ms after it entered; they enter 16.5 ms apart.
  EXPECT_EQ(r.took - r.signalled, milliseconds(37 + 4 * 500));
}

TEST(ClusterNetwork, SegmentsFollowOneAnotherOnTheLink) {
  ClusterSpec spec = uncoded(2);
  spec.dimension = 200;
  spec.segments = 4;
  spec.network.bandwidth = 1000;
  const RoundOutcome r = one_round(spec);
  EXPECT_EQ(r.took - r.signalled, milliseconds(37 + 4 * (32 + 200)));
}

TEST(ClusterNetwork, WhatIsLostIsSentAgain) {
  ClusterSpec spec = uncoded(6);
  spec.rounds = 20;
  spec.network.loss = 0.3;
  spec.network.resend = milliseconds(100);
  const TrialOutcome got = Cluster(spec).run({.seed = 3});
  ASSERT_TRUE(got.completed) << got.reason;
  Duration late{};
  for (const RoundOutcome& r : got.rounds) {
    const Duration over = r.took - seconds(1);
    EXPECT_EQ(over % milliseconds(100), Duration::zero());
    late = std::max(late, over);
  }
  EXPECT_GE(late, milliseconds(200));
}

TEST(ClusterNetwork, RepetitionsAndDelaysChangeNoResult) {
  ClusterSpec spec = uncoded(6);
  spec.rounds = 20;
  spec.segments = 5;
  spec.dimension = 100;
  spec.network.duplicate = 0.5;
  spec.network.reorder = 0.5;
  spec.network.resend = milliseconds(700);
  const TrialOutcome got = Cluster(spec).run({.seed = 3});
  ASSERT_TRUE(got.completed) << got.reason;
  ASSERT_EQ(got.rounds.size(), 20U);
  for (const RoundOutcome& r : got.rounds) {
    EXPECT_EQ(r.epochs, 1U);
    EXPECT_EQ(r.chunks_completed, 6U);
  }
}

// One chunk each, of 1 s; worker 1 is cut off from .5 s on.
ClusterSpec partitioned(Duration lasts, Duration silence) {
  ClusterSpec spec = uncoded(3);
  spec.network.partitions = {{{WorkerId(1)}, 1, RoundId(1), milliseconds(500), lasts}};
  spec.silence = silence;
  spec.server.when_unrecoverable = WhenUnrecoverable::wait;
  return spec;
}

TEST(ClusterNetwork, AShortPartitionDelaysWhatCrossesIt) {
  const RoundOutcome r = one_round(partitioned(seconds(2), seconds(10)));
  EXPECT_EQ(r.signalled, milliseconds(2500));
  EXPECT_EQ(r.took, milliseconds(2500));
  EXPECT_EQ(r.lost_before_signal, 0U);
}

TEST(ClusterNetwork, WhoIsCutOffForLongIsGivenUpAndReturnsWithItsGradients) {
  struct Seen final : Watcher {
    void record(const TraceRecord&) override {}
    void on_worker_event(Time at, Peer peer, const WorkerEvent& e) override {
      const auto* link = std::get_if<LinkChanged>(&e);
      if (link != nullptr && peer.worker == WorkerId(1)) links.emplace_back(gleaner::seconds(at), link->up);
    }
    void on_server_event(Time at, Stamp, const ServerEvent& e) override {
      if (std::holds_alternative<WorkerLost>(e)) lost.push_back(gleaner::seconds(at));
      const auto* heard = std::get_if<FromWorker>(&e);
      const auto* hello = heard != nullptr ? std::get_if<Hello>(&heard->message) : nullptr;
      if (hello != nullptr && !hello->kept.empty()) kept.emplace_back(heard->peer.life.value);
    }
    std::vector<std::pair<double, bool>> links;
    std::vector<double> lost;
    std::vector<std::uint64_t> kept;
  } seen;
  const ClusterSpec spec = partitioned(seconds(5), seconds(2));
  const TrialOutcome got = Cluster(spec).run({}, {.watcher = &seen});
  ASSERT_TRUE(got.completed) << got.reason;
  const RoundOutcome& r = got.rounds.front();
  EXPECT_EQ(r.took, milliseconds(5500));  // nothing is computed twice
  EXPECT_EQ(r.lost_before_signal, 1U);
  EXPECT_THAT(seen.links,
              testing::ElementsAre(std::pair(0.0, true), std::pair(2.5, false), std::pair(5.5, true)));
  EXPECT_THAT(seen.lost, testing::ElementsAre(2.5));
  EXPECT_THAT(seen.kept, testing::ElementsAre(1U));
}

TEST(ClusterNetwork, TheSeedChoosesWhoIsCutOff) {
  ClusterSpec spec = partitioned(seconds(2), seconds(10));
  spec.network.partitions[0].workers.clear();
  spec.network.partitions[0].count = 2;
  spec.network.partitions[0].from = Duration::zero();
  EXPECT_EQ(one_round(spec).took, seconds(3));  // begins at 2 s for them
}

}  // namespace
}  // namespace gleaner
