#include "app/build_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/output_folder.h"

namespace gleaner {
namespace {

using ::gleaner::test::OutputFolder;
using ::testing::HasSubstr;

std::string complaint(const PlanOptions& o, Method method = Method::partial) {
  const Result<Plan> plan = build_plan(o, method);
  return plan ? "none" : plan.error().sentence();
}

TEST(BuildPlan, TheDefaultsMakeAPlan) {
  const Plan plan = build_plan({}, Method::partial).value();
  EXPECT_EQ(plan.workers(), 8u);
  EXPECT_EQ(plan.chunks(), 8u);
  EXPECT_EQ(plan.blocks(), 1u);
  EXPECT_EQ(plan.assignment().replication_min(), 3u);
  EXPECT_EQ(plan.method(), Method::partial);
}

TEST(BuildPlan, ASmallClusterGetsAsManyCopiesAsItHasWorkers) {
  PlanOptions o;
  o.workers = 2;
  EXPECT_EQ(build_plan(o, Method::partial).value().assignment().replication_min(), 2u);
  o.given = {"--replication"};  // somebody asked for 3
  EXPECT_THAT(complaint(o), HasSubstr("--replication 3 is not between 1 and the 2 workers"));
}

TEST(BuildPlan, FractionalRepetitionTakesGroupsThatDivideTheWorkers) {
  PlanOptions o;
  o.scheme = "fractional-repetition";
  EXPECT_EQ(build_plan(o, Method::partial).value().assignment().replication_min(), 4u)
      << "3 does not divide 8";
  o.workers = 10;
  EXPECT_EQ(build_plan(o, Method::partial).value().assignment().replication_min(), 2u);
  EXPECT_EQ(build_plan(o, Method::uncoded).value().assignment().replication_max(), 1u);
  o.given = {"--replication"};
  EXPECT_THAT(complaint(o),
              HasSubstr("groups of --replication 3, and --workers 10 is not a multiple of that; "
                        "use --workers 9 or 12, or --replication 2"));
  o.workers = 7;
  EXPECT_THAT(complaint(o), HasSubstr("--workers 7 is not a multiple of that; use --workers 6 or 9"));
}

TEST(BuildPlan, UncodedTakesTheSameChunksOnceAndWhole) {
  PlanOptions o;
  o.chunks = 13;
  o.blocks = 3;
  const Plan plan = build_plan(o, Method::uncoded).value();
  EXPECT_EQ(plan.chunks(), 13u);
  EXPECT_EQ(plan.workers(), 8u);
  EXPECT_EQ(plan.blocks(), 1u);
  EXPECT_EQ(plan.assignment().replication_max(), 1u);
}

TEST(BuildPlan, ErrorsNameTheFlagAndACure) {
  PlanOptions o;
  o.blocks = 4;
  EXPECT_THAT(complaint(o),
              HasSubstr("--blocks 4 needs 4 copies of every chunk, but the replication is 3; raise"));
  o = {};
  o.blocks = 2;
  o.frame = "ones";
  EXPECT_THAT(complaint(o), HasSubstr("--frame ones cannot tell 2 blocks apart; use --frame coloured"));
  o = {};
  o.workers = 0;
  EXPECT_THAT(complaint(o), HasSubstr("--workers 0"));
  o = {};
  o.scheme = "regular-grph";
  EXPECT_THAT(complaint(o), HasSubstr("did you mean \"regular-graph\"?"));
  o = {};
  o.order = "given";
  EXPECT_THAT(complaint(o), HasSubstr("--plan FILE.json"));
}

TEST(BuildPlan, AnOrderIsMadeForTheInstance) {
  PlanOptions o;
  const Plan regular = build_plan(o, Method::partial).value();
  EXPECT_EQ(regular.ordering(), Ordering::optimal(regular.assignment()));
  o.chunks = 21;
  o.blocks = 2;
  const Plan mean = build_plan(o, Method::partial).value();
  EXPECT_EQ(mean.ordering(), Ordering::for_mean_time(mean.assignment(), 2));
  o.order = "worst-case";
  const Plan worst = build_plan(o, Method::partial).value();
  EXPECT_EQ(worst.ordering(), Ordering::for_worst_case(worst.assignment(), 2));
  EXPECT_NE(worst.ordering(), mean.ordering());
}

TEST(BuildPlan, AFrameIsImprovedStepByStep) {
  PlanOptions o;
  o.scheme = "regular-graph";
  o.workers = 20;
  o.replication = 5;
  o.blocks = 3;
  o.given = {"--replication"};
  const Plan plain = build_plan(o, Method::partial).value();
  o.frame = "coloured:improve=4";
  PlanNotes notes;
  const Plan improved = build_plan(o, Method::partial, &notes).value();
  EXPECT_EQ(notes.improvement->steps, 4u);
  EXPECT_LT(notes.improvement->after, notes.improvement->before);
  EXPECT_NEAR(worst_condition(improved.assignment(), improved.frame()), notes.improvement->after, 1e-3);
  EXPECT_NEAR(worst_condition(plain.assignment(), plain.frame()), notes.improvement->before, 1e-3);
  EXPECT_EQ(improved, build_plan(o, Method::partial).value());
  o.frame = "coloured:improve=1ms";
  EXPECT_TRUE(build_plan(o, Method::partial, &notes).ok());
  EXPECT_GE(notes.improvement->steps, 1u);
  EXPECT_TRUE(build_plan(o, Method::uncoded, &notes).ok());
  EXPECT_FALSE(notes.improvement->possible) << "one block";
}

TEST(BuildPlan, ErrorsOfTheFrameNameThePart) {
  PlanOptions o;
  const auto of = [&](std::string frame) {
    o.frame = std::move(frame);
    return complaint(o);
  };
  EXPECT_THAT(of("colored"), HasSubstr("did you mean \"coloured\"?"));
  EXPECT_THAT(of("coloured:improve=5x"),
              HasSubstr("--frame: improve: \"x\" in \"5x\" is not a unit of time"));
  EXPECT_THAT(of("coloured:improve=0"),
              HasSubstr("improve=0 is no improvement; write a time like improve=30s"));
  EXPECT_THAT(of("coloured:imrpove=3s"), HasSubstr("did you mean \"improve\"?"));
  EXPECT_THAT(of("gaussian:improve=3s"), HasSubstr("--frame gaussian is not one that is improved"));
  EXPECT_THAT(of("coloured+gaussian"), HasSubstr("--frame coloured+gaussian joins several"));
  EXPECT_EQ(of("coloured"), "none");
}

TEST(BuildPlan, AFileDecidesAndFlagsMayNotContradictIt) {
  const OutputFolder folder;
  const std::string file = (folder.path() / "plan.json").string();
  std::ofstream(file) << build_plan({}, Method::original).value().canonical();
  PlanOptions o;
  o.plan_file = file;
  EXPECT_EQ(chosen_method(o).value(), Method::original) << "the file's, when none is given";
  EXPECT_EQ(build_plan(o, Method::original).value(), build_plan({}, Method::original).value());
  EXPECT_EQ(build_plan(o, Method::partial).value().method(), Method::partial);
  EXPECT_EQ(build_plan(o, Method::uncoded).value().assignment().replication_max(), 1u);

  o.given = {"--method"};
  EXPECT_EQ(chosen_method(o).value(), Method::partial);
  for (const std::string flag :
       {"--workers", "--chunks", "--replication", "--blocks", "--scheme", "--frame"}) {
    o.given = {flag};
    EXPECT_THAT(complaint(o), HasSubstr(flag + " and --plan contradict each other"));
  }
  o.given = {"--order"};
  EXPECT_THAT(complaint(o), HasSubstr("--order and --plan"));
  o.order = "given";
  EXPECT_EQ(complaint(o), "none");
  EXPECT_EQ(complaint(o, Method::uncoded), "none");
  o.assignment = "pairs.csv";
  EXPECT_THAT(complaint(o), HasSubstr("--plan and --assignment"));
}

TEST(BuildPlan, AnAssignmentMayLeaveWorkersOverAtItsEnd) {
  const OutputFolder folder;
  PlanOptions o;
  o.assignment = (folder.path() / "pairs.csv").string();
  std::ofstream(o.assignment) << "chunk,worker\n0,0\n0,1\n1,1\n1,2\n";
  EXPECT_EQ(build_plan(o, Method::partial).value().workers(), 3u);
  o.workers = 5;
  o.given = {"--workers"};
  EXPECT_EQ(build_plan(o, Method::partial).value().workers(), 5u);
  o.given = {"--replication"};
  EXPECT_THAT(complaint(o), HasSubstr("--replication and --assignment contradict"));
  o.given = {};
  o.blocks = 3;
  EXPECT_THAT(complaint(o), HasSubstr("let the file name more holders"));
}

TEST(ReadFile, SaysWhatIsWrongWithThePath) {
  const OutputFolder folder;
  EXPECT_THAT(read_file("--plan", (folder.path() / "nowhere").string()).error().sentence(),
              HasSubstr("cannot be opened; check the path"));
  EXPECT_THAT(read_file("--plan", folder.path().string()).error().sentence(), HasSubstr("is a folder"));
  std::ofstream(folder.path() / "empty").close();
  EXPECT_EQ(read_file("--plan", (folder.path() / "empty").string()).value(), "");
}

}  // namespace
}  // namespace gleaner
