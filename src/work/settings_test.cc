#include "work/settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "support/small_run.h"

namespace gleaner {
namespace {

using ::testing::HasSubstr;

// What is said when a run of the default spec is resumed with another one.
std::string complaint(const std::function<void(RunSpec&)>& change) {
  const RunSpec then = test::SmallRun{}.spec();
  RunSpec now = then;
  change(now);
  const Status s = check_same(settings_of(then), settings_of(now));
  return s ? "none" : s.error().sentence();
}

TEST(Settings, NameWhatIsNotTheSame) {
  EXPECT_EQ(complaint([](RunSpec&) {}), "none");
  EXPECT_EQ(
      complaint([](RunSpec& s) { s.optimizer.learning_rate = 0.25; }),
      "it was written with --lr 0.5, now it is 0.25; give --lr 0.5, or start a new run in another folder");
  EXPECT_THAT(complaint([](RunSpec& s) { s.optimizer.kind = OptimizerKind::adam; }),
              HasSubstr("--optimizer sgd, now it is adam"));
  EXPECT_THAT(complaint([](RunSpec& s) { s.seed = 9; }), HasSubstr("--seed 1, now it is 9"));
  EXPECT_THAT(complaint([](RunSpec& s) { s.l2 = 0; }), HasSubstr("--l2 0.001, now it is 0"));
  EXPECT_THAT(complaint([](RunSpec& s) { s.schedule.warmup = 3; }),
              HasSubstr("--schedule constant, now it is constant:warmup=3"));
  EXPECT_THAT(complaint([](RunSpec& s) { s.speeds = SpeedModel(); }),
              HasSubstr("--speeds exponential:mean=4ms"));
  EXPECT_THAT(complaint([](RunSpec& s) { s.server.when_unrecoverable = WhenUnrecoverable::wait; }),
              HasSubstr("--when-unrecoverable stop, now it is wait=60s"));
  EXPECT_THAT(complaint([](RunSpec& s) {
                s.server.recovery = {Recovery::Kind::deadline, std::chrono::milliseconds(20), 0};
              }),
              HasSubstr("--recovery exact, now it is deadline=20ms"));
}

TEST(Settings, KnowLocalStepsWhereThereAreAny) {
  for (const Setting& s : settings_of(test::SmallRun{}.spec())) EXPECT_NE(s.name, "--local-steps");
  EXPECT_EQ(
      complaint([](RunSpec& s) { s.local = {.steps = 5, .learning_rate = 0.5}; }),
      "it was written without --local-steps, now it is 5; leave out --local-steps, or start a new run in "
      "another folder");
  RunSpec then = test::SmallRun{}.spec();
  then.local = {.steps = 5, .learning_rate = 0.5, .prox = 0.25};
  const auto against = [&](const LocalUpdates& local) {
    RunSpec now = then;
    now.local = local;
    return check_same(settings_of(then), settings_of(now)).error().sentence();
  };
  EXPECT_THAT(against({}), HasSubstr("with --local-steps 5, now it is not given"));
  EXPECT_THAT(against({6, 0.5, 0.25}), HasSubstr("--local-steps 5, now it is 6"));
  EXPECT_THAT(against({5, 0.25, 0.25}), HasSubstr("--local-lr 0.5, now it is 0.25"));
  EXPECT_THAT(against({5, 0.5, 0}), HasSubstr("--prox 0.25, now it is 0"));
}

TEST(Settings, NameThePartOfThePlanThatAPersonKnows) {
  test::SmallRun small;
  const auto against = [](const test::SmallRun& other) {
    const Status s = check_same(settings_of(test::SmallRun{}.spec()), settings_of(other.spec()));
    return s ? "none" : s.error().sentence();
  };
  small.workers = 9;
  EXPECT_THAT(against(small), HasSubstr("--workers 8, now it is 9"));
  small = {};
  small.chunks = 16;
  EXPECT_THAT(against(small), HasSubstr("--chunks 8, now it is 16"));
  small = {};
  small.replication = 4;
  EXPECT_THAT(against(small), HasSubstr("another plan"));
  EXPECT_THAT(against(small), HasSubstr("the same plan"));
}

TEST(Settings, OthersAreComparedByName) {
  EXPECT_THAT(complaint([](RunSpec& s) {
                s.other_settings = {{"--batch", "32"}};
              }),
              HasSubstr("it was written without --batch, now it is 32; leave out --batch"));
  const std::vector<Setting> then{{"--batch", "32"}};
  EXPECT_THAT(check_same(then, {}).error().sentence(),
              HasSubstr("with --batch 32, now it is not given; give --batch 32"));
  EXPECT_EQ(complaint([](RunSpec& s) { s.other_settings = {{"--lr", "1/2"}}; }), "none");  // known as 0.5
}

TEST(Settings, HowLongARunLastsMayChange) {
  EXPECT_EQ(complaint([](RunSpec& s) {
              s.rounds = 500;
              s.stopping.time_limit = std::chrono::seconds(3);
              s.stopping.target_accuracy = 0.9;
              s.verify = false;
              s.checkpoint = CheckpointPolicy{"elsewhere", 3, 4};
            }),
            "none");
  RunSpec then = test::SmallRun{}.spec();
  then.schedule = {.kind = Schedule::Kind::cosine, .rounds = 12};
  RunSpec now = then;
  now.schedule.rounds = 24;
  EXPECT_THAT(check_same(settings_of(then), settings_of(now)).error().what,
              HasSubstr("--schedule cosine over --rounds 12, now it is cosine over --rounds 24"));
}

}  // namespace
}  // namespace gleaner
