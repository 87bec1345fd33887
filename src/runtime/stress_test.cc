// Real threads under as many losses as they can bear: rounds of microseconds, workers that die and come back
// at every moment. Looks for hangs, races (with the thread sanitizer) and gradients that are not exact.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "runtime/thread_cluster.h"
#include "support/disaster.h"

namespace gleaner {
namespace {

using test::any_between;
using test::Collector;
using test::Disaster;
using test::SmallRun;

// One loss in every round; each worker is back one round later.
std::vector<Fault> a_loss_in_every_round(std::size_t workers, std::uint64_t rounds, std::uint64_t seed) {
  Random random({seed, Purpose::test, 2, 0, 0});
  std::vector<Fault> faults;
  for (std::uint64_t round = 1; round <= rounds; ++round) {
    Fault f;
    f.kind = random.below(4) == 0 ? FaultKind::hang : FaultKind::crash;
    f.worker = WorkerId(static_cast<std::uint32_t>(random.below(workers)));
    f.round = RoundId(round);
    f.at = static_cast<FaultMoment>(random.below(4));
    f.back = 1;
    f.by_chance = true;
    faults.push_back(f);
  }
  return faults;
}

TEST(Stress, ALossInEveryRoundWithoutInjectedSpeeds) {
  std::uint64_t rounds_done = 0;
  std::uint64_t lost = 0;
  std::uint32_t epochs_max = 0;
  constexpr std::uint64_t kRounds = 40;
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    SmallRun small;
    small.workers = small.chunks = 10;  // a multiple of the replication: its frame is found at once
    small.replication = 5;
    small.blocks = 1 + seed % 2;
    small.rounds = kRounds;
    small.speeds = "none";
    small.seed = seed;
    small.segment_floats = 1 + seed % 4;
    small.faults = a_loss_in_every_round(small.workers, kRounds, seed);
    RunSpec spec = small.spec();
    spec.credits = 1 + seed % 3;
    spec.silence = std::chrono::milliseconds(1);
    Collector seen;
    const RunSummary s = run_threads(spec, seen).summary;
    // Losses whose moment did not come pile up, so that in the end too many may meet; the error says so.
    EXPECT_TRUE(s.status == "completed" || s.reason.find("cannot be recovered") != std::string::npos)
        << s.reason;
    EXPECT_LT(s.gradient_error_max, 2e-6);
    rounds_done += s.rounds;
    lost += s.workers_lost;
    epochs_max = std::max(epochs_max, s.epochs_max);
  }
  EXPECT_GT(rounds_done, 4 * kRounds / 2);
  EXPECT_GT(lost, 4 * kRounds / 4);
  EXPECT_GT(epochs_max, 1U);
}

// The same clusters as in the simulator's disasters, in a hurry.
void survives(Method method, bool exact) {
  Disaster d = *test::any_disaster(method, exact);
  d.run.speeds =
      *rc::gen::element<std::string>("none", "exponential:mean=200us", "exponential:mean=200us,per=chunk");
  d.run.server.wait = std::chrono::milliseconds(3);
  if (d.run.server.recovery.kind == Recovery::Kind::deadline) {
    d.run.server.recovery.deadline = std::chrono::microseconds(any_between(50, 1000));
  }
  d.silence_ms = 1;
  const RunSpec spec = d.spec();
  Collector seen;
  const RunSummary s = run_threads(spec, seen).summary;
  RC_LOG() << s.status << ": " << s.reason << '\n';
  RC_ASSERT(s.status == "completed" || s.status == "failed");
  if (s.status == "failed" && exact) RC_ASSERT(s.reason.find("chunk") != std::string::npos);
  if (exact && test::must_complete(d)) RC_ASSERT(s.status == "completed");
  for (const RoundRecord& r : seen.rounds) {
    if (r.residual == 0) RC_ASSERT(r.gradient_error <= test::tolerance(spec));
    if (exact) RC_ASSERT(r.residual == 0.0);
  }
}

RC_GTEST_PROP(Stress, PartialSurvivesDisasters, ()) { survives(Method::partial, true); }
RC_GTEST_PROP(Stress, OriginalSurvivesDisasters, ()) { survives(Method::original, true); }
RC_GTEST_PROP(Stress, ApproximateRoundsSurviveDisasters, ()) {
  survives(*rc::gen::element(Method::partial, Method::original), false);
}

}  // namespace
}  // namespace gleaner
