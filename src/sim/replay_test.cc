// A run's log as the speeds of another: the same plan meets the same times.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/virtual_cluster.h"
#include "support/logged_run.h"
#include "support/output_folder.h"
#include "support/small_run.h"

namespace gleaner {
namespace {

using test::Collector;
using test::SmallRun;

std::vector<double> seconds_of(const Collector& seen) {
  std::vector<double> seconds;
  for (const RoundRecord& round : seen.rounds) seconds.push_back(round.seconds);
  return seconds;
}

Collector run(const SmallRun& small) {
  Collector seen;
  const RunResult result = run_virtual(small.spec(), seen);
  EXPECT_EQ(result.summary.status, "completed") << result.summary.reason;
  return seen;
}

std::string logged(const test::OutputFolder& folder, const SmallRun& small, const Collector& seen) {
  const std::filesystem::path path = folder.path() / "run.jsonl";
  test::write_log(path, small.workers, seen.rounds);
  return "trace:file=" + path.string();
}

TEST(Replay, TheSamePlanTakesTheSameTimeInEveryRound) {
  for (const Method method : {Method::partial, Method::original, Method::uncoded}) {
    for (const char* speeds :
         {"exponential:mean=4ms", "bimodal:mean=3ms,factor=20", "pareto:min=1ms,shape=1.2"}) {
      const test::OutputFolder folder;
      SmallRun small;
      small.method = method;
      small.rounds = 40;
      small.speeds = speeds;
      const Collector first = run(small);
      small.speeds = logged(folder, small, first);
      small.seed = 2;  // a trace is not drawn
      EXPECT_EQ(seconds_of(run(small)), seconds_of(first)) << speeds;
    }
  }
}

TEST(Replay, WithoutRedundancyTheLogHoldsEveryTimeThatAnotherPlanNeeds) {
  const test::OutputFolder folder;
  SmallRun uncoded;
  uncoded.method = Method::uncoded;
  const std::string trace = logged(folder, uncoded, run(uncoded));
  SmallRun partial;
  const Collector drawn = run(partial);
  partial.speeds = trace;
  EXPECT_EQ(seconds_of(run(partial)), seconds_of(drawn));
}

TEST(Replay, ALogOfAResumedRunBeginsWithItsFirstRound) {
  const test::OutputFolder folder;
  SmallRun small;
  small.rounds = 30;
  Collector seen = run(small);
  const std::vector<double> whole = seconds_of(seen);
  seen.rounds.erase(seen.rounds.begin(), seen.rounds.begin() + 10);
  small.speeds = logged(folder, small, seen);
  small.rounds = 20;
  EXPECT_EQ(seconds_of(run(small)), std::vector<double>(whole.begin() + 10, whole.end()));
}

}  // namespace
}  // namespace gleaner
