#include "work/speeds.h"

#include <array>
#include <cmath>
#include <functional>
#include <thread>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace gleaner {
namespace {

using namespace std::chrono_literals;

SpeedModel model(const std::string& text, TimeUnits units = TimeUnits::required) {
  auto parsed = SpeedModel::parse(text, units);
  EXPECT_TRUE(parsed) << text << ": " << parsed.error().sentence();
  return parsed ? parsed.value() : SpeedModel();
}

WorkerId worker_id(std::uint64_t worker) { return WorkerId(static_cast<std::uint32_t>(worker)); }

double time_of(const SpeedModel& speeds, std::uint64_t round, std::uint64_t worker,
               std::uint32_t position = 0, std::uint64_t seed = 7) {
  return seconds(speeds.chunk_time(seed, RoundId(round), worker_id(worker), position));
}

struct Sample {
  double mean = 0;
  double error = 0;  // standard error of the mean
};

Sample sample_of(std::size_t count, const std::function<double(std::size_t)>& draw) {
  double sum = 0;
  double squares = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const double x = draw(i);
    sum += x;
    squares += x * x;
  }
  const auto n = static_cast<double>(count);
  const double mean = sum / n;
  return {mean, std::sqrt(std::max(0.0, squares / n - mean * mean) / n)};
}

// Rounds and workers both vary, so that a stream that ignores one of them shows.
Sample sample_of(const SpeedModel& speeds, std::size_t count = 40000) {
  return sample_of(count, [&](std::size_t i) { return time_of(speeds, 1 + i / 100, i % 100); });
}

TEST(Speeds, MeanIsTheMeanOfTheDrawnTime) {
  for (const auto& [text, mean] :
       std::array<std::pair<const char*, double>, 9>{{{"exponential:mean=20ms", 0.02},
                                                      {"shifted-exponential:min=10ms,mean=30ms", 0.03},
                                                      {"lognormal:mean=20ms,sigma=0.8", 0.02},
                                                      {"pareto:min=10ms,shape=3", 0.015},
                                                      {"bimodal:mean=20ms,fraction=.1,factor=5", 0.02},
                                                      {"bimodal:mean=20ms", 0.02},
                                                      {"markov:mean=20ms,enter=.9,leave=.8", 0.02},
                                                      {"exponential:mean=20ms,noise=0.5", 0.02},
                                                      {"exponential:mean=20ms,per=chunk", 0.02}}}) {
    const Sample sample = sample_of(model(text));
    EXPECT_NEAR(sample.mean, mean, 5 * sample.error) << text;
    EXPECT_GT(sample.error, 0) << text;
  }
}

TEST(Speeds, EachLawHasItsShape) {
  // The tail P(T > t) tells laws of one mean apart.
  const auto tail = [](const char* text, double t) {
    const SpeedModel speeds = model(text);
    return sample_of(40000,
                     [&](std::size_t i) { return time_of(speeds, 1 + i / 100, i % 100) > t ? 1.0 : 0.0; });
  };
  for (const auto& [text, t, expected] : std::array<std::tuple<const char*, double, double>, 5>{
           {{"exponential:mean=20ms", 0.04, std::exp(-2.0)},
            {"shifted-exponential:min=10ms,mean=30ms", 0.05, std::exp(-2.0)},
            {"lognormal:mean=1s,sigma=1", std::exp(-0.5), 0.5},
            {"pareto:min=10ms,shape=3", 0.02, 0.125},
            {"bimodal:mean=20ms,fraction=.1,factor=5", 0.02, 0.1}}}) {
    const Sample share = tail(text, t);
    EXPECT_NEAR(share.mean, expected, 5 * share.error) << text;
  }
}

TEST(Speeds, BoundsOfTheLawsHold) {
  const SpeedModel shifted = model("shifted-exponential:min=10ms,mean=30ms");
  const SpeedModel pareto = model("pareto:min=10ms,shape=3");
  for (std::uint64_t round = 1; round <= 2000; ++round) {
    EXPECT_GE(time_of(shifted, round, 3), 0.01);
    EXPECT_GE(time_of(pareto, round, 3), 0.01);
  }
}

TEST(Speeds, BimodalHasTwoTimesAtTheirRatio) {
  const SpeedModel speeds = model("bimodal:mean=14ms,fraction=.1,factor=5");  // 10 ms and 50 ms
  for (std::uint64_t round = 1; round <= 200; ++round) {
    const Duration time = speeds.chunk_time(1, RoundId(round), WorkerId(0), 0);
    EXPECT_TRUE(time == 10ms || time == 50ms) << time.count();
  }
}

TEST(Speeds, ConstantAndNone) {
  EXPECT_EQ(model("constant:mean=3ms").chunk_time(1, RoundId(9), WorkerId(4), 2), 3ms);
  EXPECT_EQ(SpeedModel().chunk_time(1, RoundId(9), WorkerId(4), 2), 0ns);
  EXPECT_TRUE(model("none").none());
  EXPECT_FALSE(model("constant:mean=3ms").none());
}

TEST(Speeds, ATimeIsAPureFunctionOfItsNames) {
  const SpeedModel speeds = model("markov:mean=20ms,redraw=.5,noise=.3+slow:factor=2,workers=3");
  std::vector<Duration> forward;
  for (std::uint64_t round = 1; round <= 100; ++round) {
    forward.push_back(speeds.chunk_time(5, RoundId(round), worker_id(round % 7), 0));
  }
  const SpeedModel copy = model(speeds.text());
  for (std::uint64_t round = 100; round >= 1; --round) {
    EXPECT_EQ(copy.chunk_time(5, RoundId(round), worker_id(round % 7), 0), forward[round - 1]);
  }
}

TEST(Speeds, ManyThreadsMayAskOneModel) {
  const SpeedModel speeds = model("markov:mean=20ms,noise=.3");
  const auto sum = [&] {
    Duration total{};
    for (std::uint64_t round = 1; round <= 500; ++round)
      total += speeds.chunk_time(5, RoundId(round), WorkerId(1), 0);
    return total;
  };
  Duration other{};
  std::thread thread([&] { other = sum(); });
  const Duration mine = sum();
  thread.join();
  EXPECT_EQ(mine, other);
}

TEST(Speeds, SeedRoundAndWorkerEachChangeTheDraw) {
  const SpeedModel speeds = model("exponential:mean=20ms");
  const double base = time_of(speeds, 3, 4, 0, 7);
  EXPECT_NE(base, time_of(speeds, 4, 4, 0, 7));
  EXPECT_NE(base, time_of(speeds, 3, 5, 0, 7));
  EXPECT_NE(base, time_of(speeds, 3, 4, 0, 8));
}

TEST(Speeds, PositionCountsOnlyPerChunk) {
  const SpeedModel worker = model("exponential:mean=20ms");
  const SpeedModel chunk = model("exponential:mean=20ms,per=chunk");
  EXPECT_EQ(time_of(worker, 3, 4, 0), time_of(worker, 3, 4, 5));
  EXPECT_NE(time_of(chunk, 3, 4, 0), time_of(chunk, 3, 4, 5));
  // Draws of one worker's chunks are independent: the mean of 8 has an eighth of the variance.
  const Sample one = sample_of(20000, [&](std::size_t i) { return time_of(chunk, i + 1, 0, 0); });
  const Sample eight = sample_of(20000, [&](std::size_t i) {
    double sum = 0;
    for (std::uint32_t p = 0; p < 8; ++p) sum += time_of(chunk, i + 1, 0, p);
    return sum / 8;
  });
  EXPECT_NEAR(eight.error / one.error, std::sqrt(1.0 / 8), 0.02);
}

TEST(Speeds, RedrawNeverKeepsTheFirstDraw) {
  const SpeedModel fresh = model("exponential:mean=20ms");
  const SpeedModel kept = model("exponential:mean=20ms,redraw=never");
  for (std::uint64_t round = 1; round <= 50; ++round) {
    EXPECT_EQ(time_of(kept, round, 2), time_of(fresh, 1, 2));
  }
  EXPECT_NE(time_of(kept, 1, 2), time_of(kept, 1, 3));
}

TEST(Speeds, RedrawWithAProbabilityChangesThatOften) {
  const SpeedModel speeds = model("exponential:mean=20ms,redraw=.25");
  const Sample changes = sample_of(40000, [&](std::size_t i) {
    const std::uint64_t round = 2 + i / 20;
    const std::uint64_t worker = i % 20;
    return time_of(speeds, round, worker) != time_of(speeds, round - 1, worker) ? 1.0 : 0.0;
  });
  EXPECT_NEAR(changes.mean, 0.25, 5 * changes.error);
  EXPECT_EQ(model("exponential:mean=20ms,redraw=0").text(), "exponential:mean=20ms,redraw=never");
  EXPECT_EQ(model("exponential:mean=20ms,redraw=1").text(), "exponential:mean=20ms");
}

TEST(Speeds, NoiseMovesAFixedSpeedEveryRound) {
  const SpeedModel speeds = model("constant:mean=20ms,redraw=never,noise=.2");
  EXPECT_NE(time_of(speeds, 1, 2), time_of(speeds, 2, 2));
  EXPECT_NE(time_of(speeds, 1, 2), time_of(speeds, 1, 3));
  EXPECT_EQ(time_of(speeds, 1, 2, 0), time_of(speeds, 1, 2, 1));  // per round and worker, not per chunk
  const Sample logs =
      sample_of(40000, [&](std::size_t i) { return std::log(time_of(speeds, 1 + i / 100, i % 100) / 0.02); });
  EXPECT_NEAR(logs.mean, -0.02, 5 * logs.error);  // -sigma^2 / 2: the mean stays
}

TEST(Speeds, SlowMultipliesTheTimesOfItsWorkers) {
  const SpeedModel plain = model("exponential:mean=20ms");
  const SpeedModel slowed = model("exponential:mean=20ms+slow:factor=3,workers=5/2+slow:factor=2,workers=5");
  for (const auto& [worker, factor] :
       std::array<std::pair<std::uint32_t, double>, 3>{{{1, 1}, {2, 3}, {5, 6}}}) {
    EXPECT_NEAR(time_of(slowed, 4, worker), factor * time_of(plain, 4, worker), 1e-8);
  }
}

// The chain of markov, walked forward from the same draws: the obvious twin of the backward walk. It sees
// only whether a worker is slow, and compares the frequencies of the four steps with their probabilities.
TEST(Speeds, MarkovStepsHaveTheirProbabilities) {
  for (const auto& [enter, leave] :
       std::array<std::pair<double, double>, 4>{{{.05, .2}, {.9, .8}, {.5, .5}, {0.3, 1}}}) {
    const SpeedModel speeds =
        model("markov:mean=1s,factor=2,enter=" + std::to_string(enter) + ",leave=" + std::to_string(leave));
    const double share = enter / (enter + leave);
    const double fast = 1 / (1 + share);
    const auto slow = [&](std::uint64_t round, std::uint32_t worker) {
      return time_of(speeds, round, worker) > 1.5 * fast;
    };
    double from_fast = 0, from_slow = 0, entered = 0, left = 0, first = 0;
    constexpr std::uint32_t workers = 400;
    for (std::uint32_t worker = 0; worker < workers; ++worker) {
      first += slow(1, worker) ? 1 : 0;
      for (std::uint64_t round = 2; round <= 100; ++round) {
        const bool before = slow(round - 1, worker);
        const bool after = slow(round, worker);
        (before ? from_slow : from_fast) += 1;
        if (!before && after) entered += 1;
        if (before && !after) left += 1;
      }
    }
    EXPECT_NEAR(entered / from_fast, enter, 5 * std::sqrt(enter * (1 - enter) / from_fast));
    EXPECT_NEAR(left / from_slow, leave, 5 * std::sqrt(leave * (1 - leave) / from_slow));
    EXPECT_NEAR(first / workers, share, 5 * std::sqrt(share * (1 - share) / workers));
  }
}

// The pure function walks back to the last draw every time.
RC_GTEST_PROP(SpeedWalk, RemembersWhatThePureFunctionFindsByWalkingBack, ()) {
  const SpeedModel speeds = model(*rc::gen::element(
      "exponential:mean=1s", "exponential:mean=1s,redraw=never,per=chunk",
      "lognormal:mean=1s,sigma=1,redraw=.2", "markov:mean=1s",
      "markov:mean=1s,enter=.01,leave=.01,redraw=.3,noise=.2", "markov:mean=1s,enter=1,leave=1",
      "exponential:mean=1s,redraw=.05,per=chunk,noise=.1"));
  const auto seed = *rc::gen::inRange<std::uint64_t>(1, 1000);
  const RoundId first(*rc::gen::inRange<std::uint64_t>(1, 50));
  SpeedWalk walk(speeds);
  walk.restart(seed + 1, RoundId(1), 2);
  (void)walk.chunk_time(RoundId(60), WorkerId(1), 0);  // of the run before: nothing of it may stay
  walk.restart(seed, first, 3);
  RoundId round = first;
  for (int k = 0; k < 60; ++k) {
    const auto step = *rc::gen::inRange(0, 12);
    round.value = step == 11 ? first.value + (round.value - first.value) / 2
                             : round.value + static_cast<std::uint64_t>(step % 4);
    const WorkerId worker(*rc::gen::inRange(0U, 3U));
    const auto position = *rc::gen::inRange(0U, 5U);
    RC_ASSERT(walk.chunk_time(round, worker, position) ==
              speeds.chunk_time(seed, round, worker, position, first));
  }
}

// Walking back to the beginning every time would take hours.
TEST(SpeedWalk, LongRunsOfLastingSpeedsTakeNoLongerPerRound) {
  for (const char* text : {"exponential:mean=1s,redraw=1e-9", "markov:mean=1s,enter=1e-9,leave=1e-9"}) {
    const SpeedModel speeds = model(text);
    SpeedWalk walk(speeds);
    walk.restart(3, RoundId(1), 1);
    const Duration at_first = walk.chunk_time(RoundId(1), WorkerId(0), 0);
    for (std::uint64_t r = 2; r <= 400'000; ++r) {
      ASSERT_EQ(walk.chunk_time(RoundId(r), WorkerId(0), 0), at_first) << text << ", round " << r;
    }
    // A late trial: the rounds before it never were.
    const RoundId late(1'000'000'000'000);
    walk.restart(3, late, 1);
    EXPECT_EQ(walk.chunk_time(RoundId(late.value + 3), WorkerId(0), 0),
              speeds.chunk_time(3, RoundId(late.value + 3), WorkerId(0), 0, late));
  }
}

TEST(Speeds, MarkovThatSwapsEveryRound) {
  const SpeedModel speeds = model("markov:mean=15ms,factor=2,enter=1,leave=1");
  for (std::uint64_t round = 1; round < 50; ++round) {
    EXPECT_NEAR(time_of(speeds, round, 0) + time_of(speeds, round + 1, 0), 0.03, 1e-9);
  }
}

TEST(Speeds, AHeavyTailEndsAtTheLongestTime) {
  const SpeedModel speeds = model("pareto:min=1s,shape=.001");
  for (std::uint64_t round = 1; round <= 100; ++round) {
    EXPECT_LE(speeds.chunk_time(1, RoundId(round), WorkerId(0), 0), kDurationMax);
  }
}

// Frozen: a change of these numbers changes every seeded run that users have on record.
TEST(Speeds, DrawsStayWhatTheyWere) {
  for (const auto& [text, ns] : std::array<std::pair<const char*, std::int64_t>, 5>{
           {{"exponential:mean=20ms", 6486417},
            {"exponential:mean=20ms,per=chunk", 42092288},
            {"lognormal:mean=20ms,sigma=1,noise=.1", 22911799},
            {"pareto:min=20ms,shape=2", 23520978},
            {"markov:mean=20ms,redraw=.5", 11111111}}}) {
    EXPECT_EQ(model(text).chunk_time(1, RoundId(3), WorkerId(2), 5).count(), ns) << text;
  }
}

}  // namespace
}  // namespace gleaner
