#include "study/advise.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gleaner {
namespace {

using testing::HasSubstr;

Result<std::shared_ptr<const Plan>> plan_of(const SettingLimits& limits, const PlanSetting& s) {
  Result<Assignment> a =
      s.scheme == Scheme::cyclic ? Assignment::cyclic(limits.chunks, limits.workers, s.replication)
      : s.scheme == Scheme::regular_graph
          ? Assignment::regular_graph(limits.chunks, limits.workers, s.replication, 1)
          : Assignment::fractional_repetition(limits.chunks, limits.workers, s.replication);
  if (!a) return a.error();
  const Ordering order = Ordering::optimal(a.value());
  const Frame frame =
      s.blocks == 1 ? Frame::ones(limits.workers) : Frame::gaussian(limits.workers, s.blocks, 1);
  Result<Plan> plan = Plan::make(s.method, a.value(), order, frame);
  if (!plan) return plan.error();
  return std::make_shared<const Plan>(std::move(plan).value());
}

AdviseSpec spec_of(const Conditions::Texts& texts, std::size_t workers = 12) {
  AdviseSpec spec;
  spec.limits = {workers, workers, 1'000'000, std::nullopt, 0, 0};
  spec.conditions = Conditions::parse(texts).value();
  spec.trials = 60;
  spec.plan_of = [workers](const PlanSetting& s) {
    return plan_of({workers, workers, 1'000'000, std::nullopt, 0, 0}, s);
  };
  return spec;
}

Advice advice_of(const AdviseSpec& spec) {
  Result<Advice> advice = advise(spec);
  EXPECT_TRUE(advice) << advice.error().sentence();
  return advice ? std::move(advice).value() : Advice{};
}

TEST(Advise, EvenWorkersNeedNoCopies) {
  const Advice advice = advice_of(spec_of({.speeds = "constant"}));
  EXPECT_EQ(advice.best.setting.method, Method::uncoded);
  EXPECT_EQ(advice.best.worker_memory, 4'000'000U);
  EXPECT_NEAR(advice.best.summary.time.mean, 1, 1e-9);
  EXPECT_NEAR(advice.parts.work, 1, 1e-9);
  EXPECT_NEAR(advice.parts.slow, 0, 1e-9);
  EXPECT_NEAR(advice.parts.network, 0, 1e-9);
}

TEST(Advise, OneSlowWorkerIsBestMetByOneMoreCopy) {
  const Advice advice = advice_of(spec_of({.speeds = "constant+slow:factor=10,workers=3"}));
  EXPECT_EQ(advice.best.setting.replication, 2U);
  EXPECT_EQ(advice.best.setting.blocks, 1U);
  EXPECT_NEAR(advice.best.summary.time.mean, 2, 1e-9);
  EXPECT_NEAR(advice.uncoded.summary.time.mean, 10, 1e-9);
  EXPECT_NEAR(advice.best.to_uncoded.ratio, 0.2, 1e-9);
  EXPECT_NEAR(advice.parts.slow, 1, 1e-9);
}

TEST(Advise, ANarrowLinkCallsForBlocks) {
  // A vector of one block takes 4 s of the link, a chunk 1 s: L blocks take about L + 4 / L.
  const Advice advice = advice_of(spec_of({.speeds = "constant", .network = "bandwidth=1e6"}));
  EXPECT_GT(advice.best.setting.blocks, 1U);
  EXPECT_GT(advice.parts.network, advice.parts.slow);
  EXPECT_LT(advice.best.to_uncoded.ratio, 1);
  const Advice wide = advice_of(spec_of({.speeds = "constant", .network = "bandwidth=1e9"}));
  EXPECT_EQ(wide.best.setting.blocks, 1U);
}

TEST(Advise, MemoryIsHonouredAndWhatItForbidsIsSaid) {
  AdviseSpec spec = spec_of({.speeds = "exponential"});
  const Advice free = advice_of(spec);
  EXPECT_GT(free.best.setting.replication, 4U);
  spec.limits.memory = 16'000'000;
  const Advice bound = advice_of(spec);
  EXPECT_EQ(bound.best.setting.replication, 4U);
  EXPECT_LE(bound.best.worker_memory, *spec.limits.memory);
  for (const TriedSetting& t : bound.others) EXPECT_LE(t.worker_memory, *spec.limits.memory);
  ASSERT_TRUE(bound.with_more_memory);
  EXPECT_EQ(bound.with_more_memory->setting.replication, 5U);
  EXPECT_FALSE(bound.with_more_memory->allowed);
  EXPECT_GT(bound.too_large, 0U);
  spec.limits.memory = 3'999'999;
  EXPECT_THAT(advise(spec).error().sentence(), HasSubstr("the smallest needs 4000000 bytes"));
}

TEST(Advise, LossesAreBorneAndUncodedIsOnlyShown) {
  AdviseSpec spec = spec_of({.speeds = "constant", .faults = "crash:count=2,at=start"});
  spec.limits.losses = 2;
  const Advice advice = advice_of(spec);
  EXPECT_GE(advice.best.setting.tolerated_losses(), 2U);
  EXPECT_EQ(advice.best.summary.failed, 0U);
  EXPECT_FALSE(advice.uncoded.allowed);
  EXPECT_EQ(advice.uncoded.summary.failed, advice.uncoded.summary.trials);
  for (const TriedSetting& t : advice.others) EXPECT_GE(t.setting.tolerated_losses(), 2U);
  spec.limits.losses = 12;
  EXPECT_THAT(advise(spec).error().sentence(), HasSubstr("leaves nobody"));
}

TEST(Advise, WhoCompletesMoreTrialsIsBetterThanWhoIsFaster) {
  const Advice advice = advice_of(spec_of({.speeds = "exponential", .faults = "crash:count=1,at=start"}));
  EXPECT_EQ(advice.best.summary.failed, 0U);
  EXPECT_GE(advice.best.setting.tolerated_losses(), 1U);
}

TEST(Advise, AnAllowedResidualIsUsedAndKept) {
  AdviseSpec spec = spec_of({.speeds = "exponential"});
  const Advice exact = advice_of(spec);
  EXPECT_EQ(exact.best.relative_residual, 0);
  spec.limits.residual = 0.3;  // one chunk of 12 may be missing: sqrt(1 / 12) = .289
  const Advice loose = advice_of(spec);
  EXPECT_NE(loose.best.setting.recovery.kind, Recovery::Kind::exact);
  EXPECT_LT(loose.best.summary.time.mean, exact.best.summary.time.mean);
  EXPECT_GT(loose.best.relative_residual, 0);
  EXPECT_LE(loose.best.relative_residual, 0.3);
  for (const TriedSetting& t : loose.others) EXPECT_LE(t.relative_residual, 0.3);
}

TEST(Advise, TheSameForAnyNumberOfThreads) {
  AdviseSpec spec = spec_of({.speeds = "lognormal:sigma=1", .network = "latency=10ms,loss=.1"}, 8);
  spec.limits.residual = 0.4;
  spec.threads = 1;
  const Advice one = advice_of(spec);
  spec.threads = 3;
  const Advice three = advice_of(spec);
  EXPECT_EQ(one.best.summary.time.mean, three.best.summary.time.mean);
  EXPECT_EQ(one.best.setting.replication, three.best.setting.replication);
  EXPECT_EQ(one.parts.network, three.parts.network);
  ASSERT_EQ(one.others.size(), three.others.size());
  for (std::size_t k = 0; k < one.others.size(); ++k) {
    EXPECT_EQ(one.others[k].summary.seconds, three.others[k].summary.seconds);
  }
}

TEST(Advise, SmallerChunksTakeLessTimeEach) {
  AdviseSpec spec = spec_of({.speeds = "constant:mean=2"}, 6);
  spec.limits.chunks = 12;
  spec.plan_of = [limits = spec.limits](const PlanSetting& s) { return plan_of(limits, s); };
  const Advice advice = advice_of(spec);
  EXPECT_NEAR(advice.uncoded.summary.time.mean, 2, 1e-9);  // 2 chunks of 1 s
}

TEST(Advise, OneWorkerHasNoChoice) {
  const Advice advice = advice_of(spec_of({}, 1));
  EXPECT_EQ(advice.best.setting.method, Method::uncoded);
  EXPECT_TRUE(advice.others.empty());
}

TEST(Advise, ConditionsMustFitTheWorkers) {
  EXPECT_THAT(advise(spec_of({.faults = "crash:count=13"})).error().what, HasSubstr("--faults"));
  EXPECT_THAT(advise(spec_of({.speeds = "constant+slow:factor=2,workers=12"})).error().what,
              HasSubstr("--speeds"));
}

TEST(Advise, EndsEarlyWhenToldSo) {
  AdviseSpec spec = spec_of({});
  int asked = 0;
  spec.threads = 1;
  spec.keep_going = [&asked] { return ++asked < 500; };
  EXPECT_THAT(advise(spec).error().what, HasSubstr("interrupted"));
}

TEST(Settings, StayWithinTheLimits) {
  for (const std::size_t workers : {1U, 2U, 3U, 5U, 12U, 40U}) {
    for (const std::size_t losses : {0U, 1U, 3U}) {
      SettingLimits limits{workers, 2 * workers, 1001, std::nullopt, losses, 0.2};
      limits.memory = 6 * least_worker_memory(limits, 1, 1);
      for (const PlanSetting& s : settings_within(limits).allowed) {
        EXPECT_LE(s.replication, workers);
        EXPECT_GE(s.tolerated_losses(), losses);
        EXPECT_LE(s.blocks, s.replication);
        EXPECT_LE(least_worker_memory(limits, s.replication, s.blocks), *limits.memory);
        EXPECT_TRUE(s.scheme != Scheme::fractional_repetition || workers % s.replication == 0);
      }
    }
  }
}

TEST(Settings, MemoryIsThatOfWholeGradients) {
  SettingLimits limits{4, 6, 10, std::nullopt, 0, 0};
  EXPECT_EQ(least_worker_memory(limits, 2, 1), 3U * 10 * 4);  // 12 copies on 4 workers
  EXPECT_EQ(least_worker_memory(limits, 2, 3), 3U * 12 * 4);  // padded to 3 blocks of 4
  EXPECT_EQ(least_worker_memory(limits, 3, 1), 5U * 10 * 4);  // 18 on 4: somebody has 5
}

}  // namespace
}  // namespace gleaner
