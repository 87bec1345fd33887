#include "work/run_spec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <limits>

#include "support/line_objective.h"
#include "support/small_run.h"

namespace gleaner {
namespace {

std::string complaint(const std::function<void(RunSpec&)>& spoil) {
  RunSpec spec = test::SmallRun{}.spec();
  spoil(spec);
  const Status s = check(spec);
  return s ? "none" : s.error().sentence();
}

TEST(RunSpec, ASoundOnePasses) {
  EXPECT_EQ(complaint([](RunSpec&) {}), "none");
}

TEST(RunSpec, NamesWhatIsWrong) {
  using testing::HasSubstr;
  const auto objective_of = [](std::size_t chunks) { return std::make_shared<test::LineObjective>(chunks); };
  EXPECT_THAT(complaint([&](RunSpec& s) { s.objective = objective_of(3); }),
              HasSubstr("3 chunks but the plan has 8"));
  EXPECT_THAT(complaint([](RunSpec& s) { s.optimizer.learning_rate = -1; }), HasSubstr("--lr"));
  EXPECT_THAT(complaint([](RunSpec& s) { s.l2 = -0.5; }), HasSubstr("--l2"));
  EXPECT_THAT(complaint([](RunSpec& s) { s.l2 = std::numeric_limits<double>::quiet_NaN(); }),
              HasSubstr("--l2"));
  EXPECT_THAT(complaint([](RunSpec& s) { s.l2 = std::numeric_limits<double>::infinity(); }),
              HasSubstr("--l2"));
  EXPECT_THAT(complaint([](RunSpec& s) { s.rounds = 0; }), HasSubstr("--rounds"));
  EXPECT_THAT(complaint([](RunSpec& s) { s.segment_floats = 0; }), HasSubstr("segments"));
  EXPECT_THAT(complaint([](RunSpec& s) { s.credits = 0; }), HasSubstr("credits"));
  EXPECT_THAT(complaint([](RunSpec& s) { s.server.term = Term(0); }), HasSubstr("term 0"));
  EXPECT_THAT(complaint([](RunSpec& s) { s.stopping.target_accuracy = 2; }),
              HasSubstr("--target-accuracy 2"));
  EXPECT_THAT(complaint([](RunSpec& s) { s.stopping = {.target_accuracy = 0.9, .on_test_set = true}; }),
              HasSubstr("--test-fraction"));
  EXPECT_THAT(complaint([](RunSpec& s) { s.test = TestSet{{}, 0}; }), HasSubstr("every 0 rounds"));
  EXPECT_THAT(complaint([&](RunSpec& s) {
                s.objective = objective_of(8);
                s.stopping.target_accuracy = 0.9;
              }),
              HasSubstr("the objective line, which names no classes"));
  EXPECT_THAT(
      complaint([](RunSpec& s) {
        s.faults.push_back({FaultKind::hang, WorkerId(8), RoundId(1), FaultMoment::mid, std::nullopt});
      }),
      HasSubstr("worker 8 but there are 8"));
  EXPECT_THAT(
      complaint([](RunSpec& s) {
        s.speeds =
            SpeedModel::parse("constant:mean=1ms+slow:factor=2,workers=9", TimeUnits::required).value();
      }),
      HasSubstr("--speeds"));
}

}  // namespace
}  // namespace gleaner
