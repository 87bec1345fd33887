// Policy skip in whole clusters: how much work it does, and when it is late (beyond.md section 2).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/cluster.h"
#include "support/shared_data.h"

namespace gleaner {
namespace {

ClusterSpec spec_of(const Assignment& a, std::size_t blocks, const std::string& speeds) {
  ClusterSpec s;
  Frame frame = blocks == 1 ? Frame::ones(a.workers()) : Frame::gaussian(a.workers(), blocks, 1);
  s.plan = std::make_shared<const Plan>(
      Plan::make(Method::partial, a, Ordering::optimal(a), std::move(frame)).value());
  s.code = code_for(Method::partial);
  s.speeds = SpeedModel::parse(speeds, TimeUnits::optional).value();
  return s;
}

RoundOutcome only_round(ClusterSpec spec, std::uint64_t seed, Policy policy, std::uint32_t margin = 0,
                        FaultSource* faults = nullptr) {
  spec.server.policy = policy;
  spec.server.margin = margin;
  Trial trial;
  trial.seed = seed;
  const TrialOutcome outcome = Cluster(spec).run(trial, {nullptr, faults, nullptr, 0});
  EXPECT_TRUE(outcome.completed) << outcome.reason;
  return outcome.rounds.at(0);
}

// No delay, no loss, no ties: as soon as a chunk has its l copies nobody else finishes it. Less work than
// that recovers nothing.
TEST(SkipWork, IsTheLeastThatRecoversExactly) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    for (const std::size_t blocks : {1U, 2U, 3U}) {
      const Assignment a = seed % 2 == 0
                               ? Assignment::regular_graph(12, 12, 4, seed).value()
                               : Assignment::cyclic(5 + seed % 9, 7, 4).value();  // N != m, unequal loads
      for (const char* speeds : {"exponential:mean=1", "lognormal:mean=1,sigma=1,per=chunk"}) {
        const RoundOutcome r = only_round(spec_of(a, blocks, speeds), seed, Policy::skip);
        EXPECT_EQ(r.chunks_completed, blocks * a.chunks()) << seed << " " << speeds;
        EXPECT_EQ(r.chunks_used, blocks * a.chunks());
      }
    }
  }
}

TEST(SkipWork, IsTheLeastOnG1) {
  GLEANER_SHARED_FILE(file, "reference/assignment-g1.csv");
  const Assignment a = Assignment::from_csv(read_file(file), "assignment-g1.csv").value();
  ASSERT_EQ(a.chunks(), 200U);
  for (const std::size_t blocks : {1U, 2U, 3U}) {
    const ClusterSpec spec = spec_of(a, blocks, "exponential:mean=1");
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
      EXPECT_EQ(only_round(spec, seed, Policy::skip).chunks_completed, blocks * 200) << seed;
    }
    EXPECT_GT(only_round(spec, 1, Policy::fixed).chunks_completed, blocks * 300);
  }
}

// The same, with a margin of one copy: at most one more each.
TEST(SkipWork, AMarginCostsAtMostSoManyMoreOfEach) {
  const Assignment a = Assignment::regular_graph(20, 20, 5, 1).value();
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const ClusterSpec spec = spec_of(a, 2, "exponential:mean=1");
    const std::uint64_t least = only_round(spec, seed, Policy::skip).chunks_completed;
    const std::uint64_t more = only_round(spec, seed, Policy::skip, 1).chunks_completed;
    EXPECT_EQ(least, 40U);
    EXPECT_GT(more, least);
    EXPECT_LE(more, 60U);
  }
}

// Worker 0 dies in the middle of its second chunk.
class LossOfAReporter final : public FaultSource {
 public:
  std::optional<Blow> strike(WorkerId worker, RoundId, WorkerStep step, Server::Phase) override {
    if (worker != WorkerId(0) || step != WorkerStep::computing) return std::nullopt;
    return ++chunks_ == 2 ? std::optional(Blow{}) : std::nullopt;
  }
  std::optional<Duration> strike_server(RoundId, ServerStep) override { return std::nullopt; }

 private:
  int chunks_ = 0;
};

// Why dominance asks that nobody is lost who had reported. Both workers do chunk 0, then chunk 1; worker 1 is
// a little slower.
//
//   static   worker 0  [0][1..  dies at 1.5 s
//            worker 1  [0.][1.]                 2.2 s
//   skip     worker 0  [0][1..  dies at 1.5 s
//            worker 1  [0 dropped at 1 s, with a tenth to go ][1.][0.]     3.2 s
//   margin 1 as static: chunk 0 is not left out at one copy
TEST(SkipIsLate, AfterTheLossOfAWorkerThatHadReportedAndAMarginOfOneMendsIt) {
  const Assignment a = Assignment::cyclic(2, 2, 2).value();
  ClusterSpec spec = spec_of(a, 1, "constant:mean=1+slow:factor=1.1,workers=1");
  spec.plan = std::make_shared<const Plan>(spec.plan->with_ordering(Ordering::ascending(a)).value());
  const auto took = [&](Policy policy, std::uint32_t margin) {
    LossOfAReporter loss;
    return seconds(only_round(spec, 1, policy, margin, &loss).took);
  };
  EXPECT_NEAR(took(Policy::fixed, 0), 2.2, 1e-6);
  EXPECT_NEAR(took(Policy::skip, 0), 3.2, 1e-6);
  EXPECT_NEAR(took(Policy::skip, 1), 2.2, 1e-6);
}

}  // namespace
}  // namespace gleaner
