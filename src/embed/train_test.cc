// Training around a function of somebody else's, through the public headers only.
#include <gleaner/gleaner.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <limits>
#include <stdexcept>

namespace gleaner {
namespace {

using ::testing::HasSubstr;

constexpr std::size_t kChunks = 6;

// Samples (a, y) with y = 2 a - 1, ten to a chunk; loss (w a + b - y)^2 / 2.
void add_line(std::span<const float> theta, std::uint32_t chunk, Sums& sums) {
  for (int i = 0; i < 10; ++i) {
    const float a = static_cast<float>(chunk) / kChunks + static_cast<float>(i) / 10 - 1;
    const float error = theta[0] * a + theta[1] - (2 * a - 1);
    sums.gradient[0] += error * a;
    sums.gradient[1] += error;
    sums.loss += error * error / 2;
    sums.samples += 1;
  }
}

Objective line() {
  return {.parameters = 2,
          .chunks = kChunks,
          .chunk_gradient = [](std::span<const float> theta, std::uint32_t chunk, std::uint64_t, Sums& sums,
                               const Pulse& pulse) {
            if (pulse(0.5)) add_line(theta, chunk, sums);
          }};
}

Plan six_workers() { return make_plan({.workers = 6, .replication = 3}).value(); }

// The twin: gradient descent in plain loops.
std::vector<float> plain_descent(std::uint64_t rounds, double rate) {
  std::vector<float> theta(2, 0.0F);
  for (std::uint64_t t = 0; t < rounds; ++t) {
    std::vector<float> g(2, 0.0F);
    Sums sums{g};
    for (std::uint32_t chunk = 0; chunk < kChunks; ++chunk) add_line(theta, chunk, sums);
    for (std::size_t p = 0; p < 2; ++p) theta[p] -= static_cast<float>(rate * g[p] / sums.samples);
  }
  return theta;
}

TEST(PublicTrain, GoesWherePlainDescentGoes) {
  const std::vector<float> twin = plain_descent(50, 0.5);
  for (const bool virtual_clock : {false, true}) {
    const Result<TrainResult> run = train(line(), six_workers(),
                                          {.rounds = 50,
                                           .optimizer = "sgd",
                                           .learning_rate = 0.5,
                                           .virtual_clock = virtual_clock,
                                           .verify = true});
    ASSERT_TRUE(run.ok()) << run.error().sentence();
    const TrainResult& result = run.value();
    EXPECT_NEAR(result.parameters[0], twin[0], 1e-4);
    EXPECT_NEAR(result.parameters[1], twin[1], 1e-4);
    EXPECT_FALSE(result.interrupted);
    ASSERT_EQ(result.rounds.size(), 50U);
    for (const Round& round : result.rounds) {
      EXPECT_LT(round.gradient_error, 1e-6);
      EXPECT_EQ(round.residual, 0);
      EXPECT_TRUE(std::isnan(round.accuracy));
      EXPECT_EQ(round.workers, 6U);
    }
    EXPECT_EQ(result.rounds[0].round, 1U);
    EXPECT_LT(result.rounds[49].loss, 0.01 * result.rounds[0].loss);
  }
}

TEST(PublicTrain, IsRepeatableOnTheVirtualClock) {
  const auto run = [] {
    return train(line(), six_workers(),
                 {.rounds = 20,
                  .speeds = "exponential:mean=5ms",
                  .faults = "crash:count=1",
                  .virtual_clock = true})
        .value();
  };
  const TrainResult a = run();
  const TrainResult b = run();
  EXPECT_EQ(a.parameters, b.parameters);
  EXPECT_EQ(a.workers_lost, 1U);
  for (std::size_t t = 0; t < 20; ++t) EXPECT_EQ(a.rounds[t].seconds, b.rounds[t].seconds);
}

TEST(PublicTrain, SurvivesALossOnThreads) {
  const Result<TrainResult> run = train(
      line(), six_workers(), {.rounds = 10, .faults = "crash:workers=2,round=3,at=mid", .verify = true});
  ASSERT_TRUE(run.ok()) << run.error().sentence();
  EXPECT_EQ(run.value().workers_lost, 1U);
  EXPECT_EQ(run.value().rounds.back().workers, 5U);
  for (const Round& round : run.value().rounds) EXPECT_LT(round.gradient_error, 1e-6);
}

TEST(PublicTrain, BeginsWhereItIsTold) {
  Objective objective = line();
  objective.start = {2, -1};
  const TrainResult result = train(objective, six_workers(), {.rounds = 3}).value();
  EXPECT_NEAR(result.rounds[0].loss, 0, 1e-9);
  EXPECT_NEAR(result.parameters[0], 2, 1e-5);
}

TEST(PublicTrain, CountsWhatIsCorrect) {
  Objective objective = line();
  objective.classifies = true;
  objective.chunk_gradient = [](auto theta, auto chunk, auto, Sums& sums, const Pulse&) {
    add_line(theta, chunk, sums);
    sums.correct = 7;
  };
  EXPECT_NEAR(train(objective, six_workers(), {.rounds = 1}).value().rounds[0].accuracy, 0.7, 1e-6);
}

TEST(PublicTrain, StopsWhenOnRoundSaysSo) {
  const TrainResult result =
      train(line(), six_workers(), {.rounds = 50, .on_round = [](const Round& r) { return r.round < 4; }})
          .value();
  EXPECT_TRUE(result.interrupted);
  EXPECT_EQ(result.rounds.size(), 4U);
}

TEST(PublicTrain, StopsWhenItHasEnough) {
  const TrainResult in_time =
      train(
          line(), six_workers(),
          {.rounds = 1000, .time_limit_seconds = 0.1, .speeds = "constant:mean=10ms", .virtual_clock = true})
          .value();
  EXPECT_LT(in_time.rounds.size(), 20U);
  EXPECT_THAT(in_time.reason, HasSubstr("time limit"));
  EXPECT_FALSE(in_time.interrupted);

  Objective objective = line();
  objective.classifies = true;
  objective.chunk_gradient = [](auto theta, auto chunk, auto round, Sums& sums, const Pulse&) {
    add_line(theta, chunk, sums);
    sums.correct = static_cast<double>(round);
  };
  const TrainResult good =
      train(objective, six_workers(), {.target_accuracy = 0.7, .virtual_clock = true}).value();
  EXPECT_EQ(good.rounds.size(), 7U);
  EXPECT_THAT(good.reason, HasSubstr("accuracy"));
}

// The rate of the first round is a fifth of the usual one, whatever else it does.
TEST(PublicTrain, FollowsASchedule) {
  const auto first_step = [](const std::string& schedule) {
    return train(line(), six_workers(),
                 {.rounds = 1, .optimizer = "sgd", .schedule = schedule, .virtual_clock = true})
        .value()
        .parameters[1];
  };
  EXPECT_NEAR(first_step("constant:warmup=4"), first_step("constant") / 5, 1e-6);
}

// A run in which chunk 2 goes wrong in round 3 as `spoil` says; both drivers must say so.
void expect_failure(const std::function<void(Sums&)>& spoil, const std::string& why, bool verify = false) {
  for (const bool virtual_clock : {false, true}) {
    Objective objective = line();
    objective.chunk_gradient = [&](auto theta, auto chunk, auto round, Sums& sums, const Pulse&) {
      add_line(theta, chunk, sums);
      if (chunk == 2 && round == 3) spoil(sums);
    };
    const Result<TrainResult> run =
        train(objective, six_workers(), {.rounds = 6, .virtual_clock = virtual_clock, .verify = verify});
    ASSERT_FALSE(run.ok()) << why;
    EXPECT_EQ(run.error().kind, Error::Kind::run_failed);
    EXPECT_THAT(run.error().what, HasSubstr("round 3: chunk 2 on worker "));
    EXPECT_THAT(run.error().what, HasSubstr(why));
    EXPECT_THAT(run.error().cure, HasSubstr("mend the function"));
  }
}

TEST(PublicTrain, FailsClearlyWhereTheFunctionThrows) {
  expect_failure([](Sums&) { throw std::runtime_error("disk on fire"); }, "threw: disk on fire");
  expect_failure([](Sums&) { throw std::runtime_error("disk on fire"); }, "threw: disk on fire", true);
  expect_failure([](Sums&) { throw 7; }, "no std::exception");
}

TEST(PublicTrain, FailsClearlyWhereNumbersAreNotFinite) {
  expect_failure([](Sums& s) { s.gradient[1] = NAN; }, "NaN at coordinate 1 of the gradient");
  expect_failure([](Sums& s) { s.gradient[0] = INFINITY; }, "infinity at coordinate 0 of the gradient");
  expect_failure([](Sums& s) { s.loss = NAN; }, "the loss is nan");
  expect_failure([](Sums& s) { s.loss = 1e300; }, "the loss is 1e+300");  // no float
  expect_failure([](Sums& s) { s.samples = -1; }, "samples is -1");
  expect_failure([](Sums& s) { s.samples = 0; }, "samples is 0: set it");
  expect_failure([](Sums& s) { s.correct = NAN; }, "correct is nan");
}

TEST(PublicTrain, FailsClearlyWhereTheGradientIsLostToACopy) {
  static std::vector<float> own(2);
  expect_failure([](Sums& s) { s.gradient = own; }, "point elsewhere");
}

// One holder's failure is enough, although the others could stand in: the function is not what it promises to
// be.
TEST(PublicTrain, FailsClearlyWhereOneHolderFails) {
  std::atomic<bool> first{true};
  Objective objective = line();
  objective.chunk_gradient = [&](auto theta, auto chunk, auto round, Sums& sums, const Pulse&) {
    add_line(theta, chunk, sums);
    if (chunk == 2 && round == 3 && first.exchange(false)) throw std::runtime_error("once");
  };
  EXPECT_THAT(train(objective, six_workers(), {.rounds = 6}).error().what, HasSubstr("threw: once"));
}

TEST(PublicTrain, FailsClearlyWhereOnRoundThrows) {
  const TrainOptions options{.rounds = 6,
                             .on_round = [](const Round&) -> bool { throw std::logic_error("no"); }};
  EXPECT_THAT(train(line(), six_workers(), options).error().what, HasSubstr("round 1: on_round threw: no"));
}

TEST(PublicTrain, FailsClearlyWhereItDiverges) {
  const Result<TrainResult> run =
      train(line(), six_workers(), {.rounds = 2000, .learning_rate = 1e6, .virtual_clock = true});
  ASSERT_FALSE(run.ok());
  EXPECT_EQ(run.error().kind, Error::Kind::run_failed);
  EXPECT_THAT(run.error().sentence(), HasSubstr("lower learning_rate"));
}

TEST(PublicTrain, FailsClearlyWhereAChunkIsLost) {
  const Plan plan = make_plan({.workers = 6, .method = "uncoded"}).value();
  const Result<TrainResult> run = train(line(), plan, {.rounds = 6, .faults = "crash:workers=4,round=2"});
  ASSERT_FALSE(run.ok());
  EXPECT_THAT(run.error().what, HasSubstr("chunk 4"));
  const Result<TrainResult> without =
      train(line(), plan, {.rounds = 6, .approximate_if_lost = true, .faults = "crash:workers=4,round=2"});
  ASSERT_TRUE(without.ok()) << without.error().sentence();
  EXPECT_GT(without.value().rounds.back().residual, 0);
}

TEST(PublicTrain, NamesTheFieldThatIsWrong) {
  const auto no_function = [](Objective& o) { o.chunk_gradient = nullptr; };
  const std::vector<std::pair<std::function<void(Objective&)>, std::string>> objectives{
      {no_function, "no chunk_gradient"},
      {[](Objective& o) { o.parameters = 0; }, "0 parameters"},
      {[](Objective& o) { o.chunks = 0; }, "0 chunks"},
      {[](Objective& o) { o.chunks = 5; }, "5 chunks but the plan has 6"},
      {[](Objective& o) { o.start = {1}; }, "start has 1 numbers"},
      {[](Objective& o) {
         o.start = {1, NAN};
       },
       "start has NaN"},
  };
  for (const auto& [spoil, culprit] : objectives) {
    Objective objective = line();
    spoil(objective);
    EXPECT_THAT(train(objective, six_workers()).error().what, HasSubstr(culprit));
  }
  const std::vector<std::pair<TrainOptions, std::string>> options{
      {{.rounds = 0}, "rounds 0"},
      {{.optimizer = "sdg"}, "sdg"},
      {{.learning_rate = 0}, "learning_rate"},
      {{.learning_rate = NAN}, "learning_rate"},
      {{.momentum = 1}, "momentum"},
      {{.l2 = -1}, "l2 -1"},
      {{.schedule = "cosinus"}, "schedule"},
      {{.target_accuracy = 0.9}, "target_accuracy"},  // it names no classes
      {{.time_limit_seconds = -1}, "time_limit_seconds -1"},
      {{.deadline_seconds = -1}, "deadline_seconds -1"},
      {{.residual = 1}, "residual 1"},
      {{.deadline_seconds = 1, .residual = 0.5}, "deadline_seconds and residual"},
      {{.speeds = "exponential"}, "speeds"},
      {{.speeds = "snail:mean=1ms"}, "snail"},
      {{.faults = "crash:workers=9"}, "faults"},
  };
  for (const auto& [wrong, culprit] : options) {
    const Result<TrainResult> run = train(line(), six_workers(), wrong);
    ASSERT_FALSE(run.ok()) << culprit;
    EXPECT_EQ(run.error().kind, Error::Kind::bad_input);
    EXPECT_THAT(run.error().what, HasSubstr(culprit));
    EXPECT_THAT(run.error().sentence(), Not(HasSubstr("--")));
  }
  EXPECT_THAT(train(line(), Plan{}).error().what, HasSubstr("0 chunks"));
}

TEST(PublicVersion, IsThatOfTheProject) { EXPECT_THAT(version(), HasSubstr(".")); }

}  // namespace
}  // namespace gleaner
