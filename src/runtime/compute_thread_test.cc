#include "runtime/compute_thread.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <thread>

#include "runtime/mailbox.h"
#include "support/line_objective.h"

namespace gleaner {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

// Notes the priority at which its chunks are computed.
class Priorities final : public Objective {
 public:
  [[nodiscard]] std::string_view name() const override { return "priorities"; }
  [[nodiscard]] std::size_t parameters() const override { return 1; }
  [[nodiscard]] std::size_t chunks() const override { return 1; }
  void initial(std::uint64_t, std::span<float>) const override {}
  [[nodiscard]] bool chunk_gradient(std::span<const float>, ChunkId, RoundId, std::span<float> out,
                                    Pulse& pulse) const override {
    std::fill(out.begin(), out.end(), 0.0F);
    out[0] = static_cast<float>(::getpriority(PRIO_PROCESS, static_cast<id_t>(::gettid())));
    return pulse.tick(1);
  }
  Tallies reference_chunk(std::span<const float>, ChunkId, RoundId, std::span<double>) const override {
    return {};
  }
  [[nodiscard]] Tallies evaluate(std::span<const float>, const Samples&) const override { return {}; }
  [[nodiscard]] bool classifies() const override { return false; }
  [[nodiscard]] std::vector<Part> parts() const override { return {}; }
};

// Ticks until it is told to stop, or 1000 times.
class Endless final : public Objective {
 public:
  [[nodiscard]] std::string_view name() const override { return "endless"; }
  [[nodiscard]] std::size_t parameters() const override { return 1; }
  [[nodiscard]] std::size_t chunks() const override { return 1; }
  void initial(std::uint64_t, std::span<float>) const override {}
  [[nodiscard]] bool chunk_gradient(std::span<const float>, ChunkId, RoundId, std::span<float>,
                                    Pulse& pulse) const override {
    for (ticks = 1; ticks < 1'000'000; ++ticks) {
      if (!pulse.tick(0)) return false;
    }
    return true;
  }
  Tallies reference_chunk(std::span<const float>, ChunkId, RoundId, std::span<double>) const override {
    return {};
  }
  [[nodiscard]] Tallies evaluate(std::span<const float>, const Samples&) const override { return {}; }
  [[nodiscard]] bool classifies() const override { return false; }
  [[nodiscard]] std::vector<Part> parts() const override { return {}; }

  mutable std::atomic<int> ticks{0};
};

struct Bench {
  explicit Bench(std::shared_ptr<const Objective> objective, std::size_t cores = 100)
      : store(100, objective->dimension()),
        parameters(std::make_shared<const std::vector<float>>(objective->parameters())),
        gate(cores),
        thread(
            std::move(objective), store, [this](ComputeThread::Result r) { ended.push(std::move(r)); },
            [this](Stamp, Slot, double f) { fractions.push(f); }, gate) {}

  [[nodiscard]] ComputeThread::Job job(std::uint32_t slot, Duration at_least = {}, bool redundant = false,
                                       Duration patience = std::chrono::hours(1)) const {
    const Stamp stamp{Term(1), RoundId(1)};
    return {stamp, Slot(slot), ChunkId(0), parameters, at_least, redundant, patience};
  }

  GradientStore store;
  Parameters parameters;
  CoreGate gate;
  Mailbox<ComputeThread::Result> ended;
  Mailbox<double> fractions;
  ComputeThread thread;
};

TEST(ComputeThread, ReportsEveryJobOnceWithItsGradient) {
  Bench bench(std::make_shared<test::LineObjective>(1));
  for (std::uint32_t slot = 0; slot < 50; ++slot) {
    bench.thread.start(bench.job(slot));
    const ComputeThread::Result r = bench.ended.pop();
    EXPECT_EQ(r.job.slot, Slot(slot));
    EXPECT_EQ(r.verdict.outcome, ChunkOutcome::finished);
    EXPECT_EQ(r.row->floats()[0], -3.0F);  // (0 - 3) x 1
  }
  EXPECT_FALSE(bench.ended.pop_until(Clock::now()));
}

TEST(ComputeThread, StopsAtTheNextTick) {
  const auto endless = std::make_shared<Endless>();
  Bench bench(endless);
  for (std::uint32_t slot = 0; slot < 20; ++slot) {
    bench.thread.start(bench.job(slot));
    while (endless->ticks < 10) std::this_thread::yield();
    bench.thread.stop();
    EXPECT_EQ(bench.ended.pop().verdict.outcome, ChunkOutcome::stopped);
    endless->ticks = 0;
  }
}

TEST(ComputeThread, AStopWithoutAJobDoesNotReachTheNextOne) {
  Bench bench(std::make_shared<test::LineObjective>(1));
  bench.thread.stop();
  bench.thread.start(bench.job(0));
  EXPECT_EQ(bench.ended.pop().verdict.outcome, ChunkOutcome::finished);
}

TEST(ComputeThread, AStopRightAfterTheStartIsNotLost) {
  Bench bench(std::make_shared<Endless>());
  for (std::uint32_t slot = 0; slot < 200; ++slot) {
    bench.thread.start(bench.job(slot));
    bench.thread.stop();
    EXPECT_EQ(bench.ended.pop().verdict.outcome, ChunkOutcome::stopped);
  }
}

TEST(ComputeThread, TakesItsTimeAndSaysHowFarItIs) {
  Bench bench(std::make_shared<test::LineObjective>(1));
  const auto began = Clock::now();
  bench.thread.start(bench.job(0, milliseconds(180)));
  const ComputeThread::Result r = bench.ended.pop();
  EXPECT_GE(Clock::now() - began, milliseconds(180));
  EXPECT_GE(r.took, milliseconds(180));
  double last = 0;
  int reports = 0;
  while (const auto f = bench.fractions.pop_until(Clock::now())) {
    EXPECT_GE(*f, last);
    EXPECT_LE(*f, 1.0);
    last = *f;
    ++reports;
  }
  EXPECT_GE(reports, 1);
}

TEST(ComputeThread, AStragglerThatWaitsIsWokenByTheSignal) {
  Bench bench(std::make_shared<test::LineObjective>(1));
  bench.thread.start(bench.job(0, std::chrono::hours(1)));
  std::this_thread::sleep_for(milliseconds(5));
  bench.thread.stop();
  EXPECT_EQ(bench.ended.pop().verdict.outcome, ChunkOutcome::stopped);
}

TEST(ComputeThread, ShuttingDownEndsAJobAndDoesNotWait) {
  Bench bench(std::make_shared<test::LineObjective>(1));
  bench.thread.start(bench.job(0, std::chrono::hours(1)));
  EXPECT_FALSE(bench.thread.has_ended());
  bench.thread.shut_down();
  while (!bench.thread.has_ended()) std::this_thread::yield();
}

TEST(ComputeThread, RedundantJobsAreNicerAndTheOthersAreNotAfterThem) {
  Bench bench(std::make_shared<Priorities>());
  const auto own = static_cast<float>(::getpriority(PRIO_PROCESS, 0));
  const float nicer = std::min(own + static_cast<float>(ComputeThread::kNicer), 19.0F);
  for (std::uint32_t slot = 0; slot < 20; ++slot) {
    const bool redundant = slot % 3 != 0;
    bench.thread.start(bench.job(slot, {}, redundant));
    const ComputeThread::Result r = bench.ended.pop();
    EXPECT_EQ(r.job.slot, Slot(slot));
    EXPECT_EQ(r.row->floats()[0], redundant ? nicer : own);
  }
  EXPECT_EQ(static_cast<float>(::getpriority(PRIO_PROCESS, 0)), own);
}

TEST(ComputeThread, ARedundantJobIsStoppedAndShutDownLikeAnyOther) {
  const auto endless = std::make_shared<Endless>();
  Bench bench(endless);
  for (std::uint32_t slot = 0; slot < 50; ++slot) {
    bench.thread.start(bench.job(slot, {}, slot % 2 == 0));
    if (slot % 5 == 0) {
      while (endless->ticks < 10) std::this_thread::yield();
    }
    bench.thread.stop();
    EXPECT_EQ(bench.ended.pop().verdict.outcome, ChunkOutcome::stopped);
    endless->ticks = 0;
  }
  bench.thread.start(bench.job(50, std::chrono::hours(1), true));
  bench.thread.shut_down();
  while (!bench.thread.has_ended()) std::this_thread::yield();
}

TEST(ComputeThread, ARedundantJobWaitsForAnIdleCoreAndAnotherDoesNot) {
  Bench bench(std::make_shared<test::LineObjective>(1), 1);
  bench.gate.enter();  // another worker
  bench.thread.start(bench.job(0));
  EXPECT_EQ(bench.ended.pop().verdict.outcome, ChunkOutcome::finished);
  bench.thread.start(bench.job(1, {}, true));
  EXPECT_FALSE(bench.ended.pop_until(Clock::now() + milliseconds(30)));
  bench.gate.leave();
  EXPECT_EQ(bench.ended.pop().verdict.outcome, ChunkOutcome::finished);
}

TEST(ComputeThread, ARedundantJobDoesNotWaitForACoreForever) {
  Bench bench(std::make_shared<test::LineObjective>(1), 1);
  bench.gate.enter();  // another worker, which sleeps in its gradient function
  bench.thread.start(bench.job(0, {}, true, milliseconds(20)));
  EXPECT_EQ(bench.ended.pop().verdict.outcome, ChunkOutcome::finished);
}

TEST(ComputeThread, ARedundantJobThatWaitsForACoreIsStoppedWithoutComputing) {
  const auto endless = std::make_shared<Endless>();
  Bench bench(endless, 1);
  bench.gate.enter();
  for (std::uint32_t slot = 0; slot < 50; ++slot) {
    bench.thread.start(bench.job(slot, {}, true));
    if (slot % 2 == 0) std::this_thread::yield();
    bench.thread.stop();
    EXPECT_EQ(bench.ended.pop().verdict.outcome, ChunkOutcome::stopped);
  }
  EXPECT_EQ(endless->ticks, 0);
  bench.thread.start(bench.job(50, {}, true));
  bench.thread.shut_down();
  while (!bench.thread.has_ended()) std::this_thread::yield();
}

TEST(ComputeThread, ARedundantJobLeavesItsCoreToOneThatIsWaitedForAndGoesOnLater) {
  const auto endless = std::make_shared<Endless>();
  Bench bench(endless, 1);
  bench.thread.start(bench.job(0, {}, true));
  while (endless->ticks < 10) std::this_thread::yield();
  bench.gate.enter();
  while (bench.gate.is_crowded()) std::this_thread::yield();
  const int left_at = endless->ticks;
  std::this_thread::sleep_for(milliseconds(20));
  EXPECT_EQ(endless->ticks, left_at);
  bench.gate.leave();
  while (endless->ticks == left_at) std::this_thread::yield();
  bench.thread.stop();
  EXPECT_EQ(bench.ended.pop().verdict.outcome, ChunkOutcome::stopped);
}

TEST(ComputeThread, AJobThatSleepsTakesNoCore) {
  Bench bench(std::make_shared<test::LineObjective>(1), 1);
  bench.thread.start(bench.job(0, std::chrono::hours(1)));
  while (bench.thread.fraction() <= 0) std::this_thread::yield();
  EXPECT_TRUE(bench.gate.enter_when_idle(Clock::now(), [] { return false; }));
  EXPECT_FALSE(bench.gate.is_crowded());
  bench.thread.stop();
  EXPECT_EQ(bench.ended.pop().verdict.outcome, ChunkOutcome::stopped);
  EXPECT_FALSE(bench.gate.is_crowded());
}

}  // namespace
}  // namespace gleaner
