// What both drivers promise of runs that end before their last round.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "support/small_run.h"

namespace gleaner::test {

/// `run` is run_threads or run_virtual.
template <class Run>
void expect_stop_at_target_accuracy(Run run) {
  SmallRun small;
  small.rounds = 40;
  RunSpec spec = small.spec();
  spec.test = TestSet{SmallRun::samples(), 3};
  Collector all;
  EXPECT_EQ(run(spec, all).summary.reason, "");
  for (const RoundRecord& r : all.rounds)
    EXPECT_EQ(std::isnan(r.test_accuracy), r.round % 3 != 0 && r.round != 40) << r.round;
  // The test samples are the training samples: after round 6 they are what round 7 finds at its start.
  EXPECT_NEAR(all.rounds[5].test_accuracy, all.rounds[6].accuracy, 1e-6);

  spec.stopping = {.target_accuracy = 0.7, .on_test_set = true};
  Collector seen;
  const RunSummary s = run(spec, seen).summary;
  EXPECT_EQ(s.status, "completed");
  EXPECT_LT(s.rounds, 40U);
  EXPECT_EQ(s.reason, "target test accuracy 0.7 reached in round " + std::to_string(s.rounds));
  EXPECT_GE(seen.rounds.back().test_accuracy, 0.7);
}

}  // namespace gleaner::test
