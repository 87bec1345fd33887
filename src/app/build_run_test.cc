#include "app/build_run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "support/output_folder.h"

namespace gleaner {
namespace {

using ::gleaner::test::OutputFolder;
using ::testing::HasSubstr;

// Twelve samples of three classes, so that no test waits for the built-in data.
struct Small {
  Small() {
    std::ofstream train(folder.path() / "train.svm");
    std::ofstream test(folder.path() / "test.svm");
    for (int i = 0; i < 12; ++i) train << i % 3 << " " << 1 + i % 4 << ":1\n";
    for (int i = 0; i < 4; ++i) test << i % 2 << " 3:1\n";
    options.data = (folder.path() / "train.svm").string();
  }
  OutputFolder folder;
  TrainOptions options;
};

std::string complaint(const TrainOptions& o) {
  const Result<std::unique_ptr<RunKit>> kit = RunKit::make(o);
  return kit ? "none" : kit.error().sentence();
}

std::string complaint(const std::function<void(TrainOptions&)>& change) {
  Small small;
  change(small.options);
  return complaint(small.options);
}

RunSpec spec_of(const TrainOptions& o) {
  const std::unique_ptr<RunKit> kit = std::move(RunKit::make(o)).value();
  return kit->spec(Method::partial).value();
}

TEST(RunKit, WithoutDataItMakesItsOwnFromTheSeed) {
  TrainOptions o;
  const std::unique_ptr<RunKit> kit = std::move(RunKit::make(o)).value();
  EXPECT_EQ(kit->train().rows, 8000u);
  EXPECT_EQ(kit->test().rows, 2000u);
  EXPECT_EQ(kit->train().classes, 10u);
  o.plan.seed = 2;
  EXPECT_NE(std::move(RunKit::make(o)).value()->train(), kit->train());
  o.objective = "logistic";
  o.test_fraction = 0.5;
  EXPECT_EQ(std::move(RunKit::make(o)).value()->train().classes, 2u);
  EXPECT_EQ(std::move(RunKit::make(o)).value()->test().rows, 5000u);
}

TEST(RunKit, AllMethodsGetTheSameDataDrawsAndFaults) {
  Small small;
  small.options.speeds = "exponential:mean=4ms";
  small.options.faults = "crash:count=2";
  const std::unique_ptr<RunKit> kit = std::move(RunKit::make(small.options)).value();
  const RunSpec partial = kit->spec(Method::partial).value();
  for (const Method m : {Method::original, Method::uncoded}) {
    const RunSpec spec = kit->spec(m).value();
    EXPECT_EQ(spec.plan->method(), m);
    EXPECT_EQ(spec.faults, partial.faults);
    EXPECT_EQ(spec.speeds.text(), partial.speeds.text());
    EXPECT_EQ(spec.seed, partial.seed);
    EXPECT_EQ(spec.objective->parameters(), partial.objective->parameters());
  }
}

TEST(RunKit, RecoveryRules) {
  Small small;
  EXPECT_EQ(spec_of(small.options).server.recovery.kind, Recovery::Kind::exact);
  small.options.recovery = "deadline=200ms";
  EXPECT_EQ(spec_of(small.options).server.recovery.deadline, std::chrono::milliseconds(200));
  small.options.recovery = "residual=0.3";
  EXPECT_EQ(spec_of(small.options).server.recovery.residual, 0.3);
  const auto wrong = [](const char* text) { return complaint([=](TrainOptions& o) { o.recovery = text; }); };
  EXPECT_THAT(wrong("exat"), HasSubstr("did you mean \"exact\"?"));
  EXPECT_THAT(wrong("deadline=5"), HasSubstr("--recovery deadline=5: \"5\" has no unit"));
  EXPECT_THAT(wrong("deadline=0s"), HasSubstr("--recovery deadline=0s: "));
  EXPECT_THAT(wrong("residual=1"), HasSubstr("--recovery residual=1: "));
  EXPECT_THAT(wrong("residual="), HasSubstr("is not a number"));
  EXPECT_THAT(wrong("exact=1"), HasSubstr("takes no value"));
}

TEST(RunKit, WhenUnrecoverable) {
  Small small;
  EXPECT_EQ(spec_of(small.options).server.when_unrecoverable, WhenUnrecoverable::stop);
  small.options.when_unrecoverable = "approximate";
  EXPECT_EQ(spec_of(small.options).server.when_unrecoverable, WhenUnrecoverable::approximate);
  small.options.when_unrecoverable = "wait=5s";
  EXPECT_EQ(spec_of(small.options).server.when_unrecoverable, WhenUnrecoverable::wait);
  EXPECT_EQ(spec_of(small.options).server.wait, std::chrono::seconds(5));
  small.options.when_unrecoverable = "wait";
  EXPECT_EQ(spec_of(small.options).server.wait, std::chrono::seconds(60));
  const auto wrong = [](const char* text) {
    return complaint([=](TrainOptions& o) { o.when_unrecoverable = text; });
  };
  EXPECT_THAT(wrong("approximat"), HasSubstr("did you mean \"approximate\"?"));
  EXPECT_THAT(wrong("wait=0s"), HasSubstr("--when-unrecoverable wait=0s: "));
  EXPECT_THAT(wrong("stop=now"), HasSubstr("--when-unrecoverable"));
}

TEST(RunKit, OptimizersHaveDefaultsAndLimits) {
  Small small;
  EXPECT_EQ(spec_of(small.options).optimizer.kind, OptimizerKind::momentum);
  small.options.optimizer = "adam";
  small.options.momentum = 0.5;
  small.options.learning_rate = 0.25;
  EXPECT_EQ(spec_of(small.options).optimizer.momentum, 0.5);
  EXPECT_EQ(spec_of(small.options).optimizer.learning_rate, 0.25);
  small.options.optimizer = "sgd";
  EXPECT_THAT(complaint(small.options), HasSubstr("--momentum has no meaning for --optimizer sgd"));
  EXPECT_THAT(complaint([](TrainOptions& o) { o.learning_rate = std::nan(""); }), HasSubstr("--lr"));
  EXPECT_THAT(complaint([](TrainOptions& o) { o.l2 = -1; }), HasSubstr("--l2 -1"));
}

TEST(RunKit, FlagsThatContradictEachOther) {
  const auto without_data = [](std::string TrainOptions::*flag, const char* value) {
    TrainOptions o;
    o.*flag = value;
    return complaint(o);
  };
  EXPECT_THAT(without_data(&TrainOptions::labels, "x"), HasSubstr("--labels without --data"));
  EXPECT_THAT(without_data(&TrainOptions::test, "x"), HasSubstr("--test without --data"));
  EXPECT_THAT(without_data(&TrainOptions::test_labels, "x"), HasSubstr("--test-labels without --data"));
  EXPECT_THAT(without_data(&TrainOptions::format, "idx"), HasSubstr("--format without --data"));

  Small small;
  small.options.test = (small.folder.path() / "test.svm").string();
  EXPECT_EQ(complaint(small.options), "none");
  small.options.test_fraction = 0.2;
  EXPECT_THAT(complaint(small.options), HasSubstr("--test and --test-fraction"));
  EXPECT_THAT(complaint([](TrainOptions& o) { o.test_labels = "x"; }),
              HasSubstr("--test-labels without --test"));
  EXPECT_THAT(complaint([](TrainOptions& o) { o.objective = "logistic"; }), HasSubstr("train.svm has 3"));
}

TEST(RunKit, ATestSetHasNoFeatureThatTheTrainingSetLacks) {
  Small small;
  EXPECT_EQ(spec_of(small.options).objective->parameters(), 3u * (4 + 1));
  std::ofstream(small.folder.path() / "test.svm") << "0 3:1\n1 6:1\n";
  small.options.test = (small.folder.path() / "test.svm").string();
  EXPECT_THAT(complaint(small.options), HasSubstr("test.svm:2: found '6:1', expected a feature in 1..4"));
}

TEST(RunKit, MoreChunksThanSamples) {
  EXPECT_THAT(complaint([](TrainOptions& o) { o.plan.chunks = 13; }),
              HasSubstr("12 samples cannot be cut into 13"));
}

TEST(RunKit, TimeLimits) {
  Small small;
  EXPECT_FALSE(spec_of(small.options).stopping.time_limit.has_value());
  small.options.time_limit = "2min";
  EXPECT_EQ(spec_of(small.options).stopping.time_limit, std::chrono::minutes(2));
  small.options.time_limit = "2";
  EXPECT_THAT(complaint(small.options), HasSubstr("--time-limit"));
}

TEST(RunKit, MakesEveryPlanOnceAndTheCodedMethodsShareIt) {
  TrainOptions o;
  o.plan.workers = 12;
  o.plan.blocks = 2;
  o.plan.scheme = "regular-graph";
  o.plan.frame = "coloured:improve=20ms";  // as many steps as this machine makes
  const auto kit = RunKit::make(o).value();
  const RunSpec first = kit->spec(Method::partial).value();
  EXPECT_EQ(first.plan, kit->spec(Method::partial).value().plan);
  const RunSpec original = kit->spec(Method::original).value();
  EXPECT_EQ(original.plan->method(), Method::original);
  EXPECT_EQ(original.plan->frame(), first.plan->frame());
  EXPECT_EQ(original.plan->ordering(), first.plan->ordering());
  EXPECT_EQ(kit->spec(Method::uncoded).value().plan->blocks(), 1u);
}

}  // namespace
}  // namespace gleaner
