#include "work/faults.h"

#include <array>
#include <cmath>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace gleaner {
namespace {

using testing::HasSubstr;

FaultModel model(const std::string& text) {
  auto parsed = FaultModel::parse(text);
  EXPECT_TRUE(parsed) << text << ": " << parsed.error().sentence();
  return parsed ? parsed.value() : FaultModel();
}

std::vector<Fault> schedule(const std::string& text, std::size_t workers = 8, std::uint64_t rounds = 100,
                            std::uint64_t seed = 1) {
  auto faults = model(text).schedule(seed, workers, rounds);
  EXPECT_TRUE(faults) << text << ": " << faults.error().sentence();
  return faults ? faults.value() : std::vector<Fault>();
}

TEST(Faults, NoneIsNobody) {
  EXPECT_TRUE(model("none").none());
  EXPECT_TRUE(schedule("none").empty());
  EXPECT_TRUE(FaultModel().schedule(1, 8, 100).value().empty());
}

TEST(Faults, EveryKeyIsHeard) {
  EXPECT_EQ(schedule("hang:workers=5/2,round=7,at=after-signal,back=3"),
            (std::vector<Fault>{
                {FaultKind::hang, WorkerId(2), RoundId(7), FaultMoment::after_signal, 3},
                {FaultKind::hang, WorkerId(5), RoundId(7), FaultMoment::after_signal, 3},
            }));
  EXPECT_EQ(
      schedule("crash:workers=4,round=1"),
      (std::vector<Fault>{{FaultKind::crash, WorkerId(4), RoundId(1), FaultMoment::start, std::nullopt}}));
  EXPECT_EQ(schedule("crash:at=mid,round=1").front().at, FaultMoment::mid);
  EXPECT_EQ(schedule("crash:at=sending,round=1").front().at, FaultMoment::sending);
}

TEST(Faults, SortedByRoundThenWorker) {
  const auto faults = schedule("crash:workers=6,round=9+hang:workers=3/1,round=2+crash:workers=7,round=2");
  std::vector<std::uint32_t> workers;
  for (const Fault& fault : faults) workers.push_back(fault.worker.value);
  EXPECT_THAT(workers, testing::ElementsAre(1, 3, 7, 6));
}

TEST(Faults, OnlyAnUnlistedWorkerIsChosenByChance) {
  EXPECT_TRUE(schedule("crash:round=5").front().by_chance);
  EXPECT_FALSE(schedule("crash:workers=3").front().by_chance);
  EXPECT_FALSE(schedule("crash:count=1,workers=3/4").front().by_chance);
}

TEST(Faults, CountChoosesAmongTheListedWorkers) {
  std::set<std::uint32_t> hit;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    const auto faults = schedule("crash:count=1,workers=2/5", 8, 100, seed);
    ASSERT_EQ(faults.size(), 1U);
    hit.insert(faults.front().worker.value);
  }
  EXPECT_THAT(hit, testing::ElementsAre(2, 5));
}

RC_GTEST_PROP(Faults, ChosenWorkersAreDistinctAndTheScheduleIsPure, ()) {
  const auto workers = *rc::gen::inRange<std::size_t>(1, 20);
  const auto count = *rc::gen::inRange<std::size_t>(1, workers + 1);
  const auto seed = *rc::gen::arbitrary<std::uint64_t>();
  const auto rounds = *rc::gen::inRange<std::uint64_t>(1, 50);
  const FaultModel faults = model("hang:count=" + std::to_string(count));
  const auto first = faults.schedule(seed, workers, rounds);
  RC_ASSERT(first.ok());
  RC_ASSERT(first.value() == faults.schedule(seed, workers, rounds).value());
  std::set<WorkerId> hit;
  for (const Fault& fault : first.value()) {
    RC_ASSERT(fault.worker.index() < workers);
    RC_ASSERT(fault.round >= RoundId(1) && fault.round <= RoundId(rounds));
    hit.insert(fault.worker);
  }
  RC_ASSERT(hit.size() == count);
}

TEST(Faults, WorkersAndRoundsAreDrawnUniformly) {
  constexpr int draws = 20000;
  constexpr std::size_t workers = 5;
  constexpr std::uint64_t rounds = 4;
  std::array<double, workers> by_worker{};
  std::array<double, rounds> by_round{};
  const FaultModel faults = model("crash:count=1");
  for (int seed = 0; seed < draws; ++seed) {
    const auto drawn = faults.schedule(static_cast<std::uint64_t>(seed), workers, rounds);
    by_worker[drawn.value().front().worker.index()] += 1;
    by_round[drawn.value().front().round.index() - 1] += 1;
  }
  for (const double n : by_worker) EXPECT_NEAR(n, draws / 5.0, 5 * std::sqrt(draws * 0.2 * 0.8));
  for (const double n : by_round) EXPECT_NEAR(n, draws / 4.0, 5 * std::sqrt(draws * 0.25 * 0.75));
}

TEST(Faults, TermsDoNotHitTheSameWorkerByChance) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    std::set<WorkerId> hit;
    for (const Fault& fault : schedule("crash:count=2+hang:count=1+crash:workers=3", 4, 10, seed)) {
      hit.insert(fault.worker);
    }
    EXPECT_EQ(hit.size(), 4U);
  }
}

TEST(Faults, AWorkerThatReturnedMayBeLostAgain) {
  EXPECT_EQ(schedule("crash:workers=2,round=5,back=3+crash:workers=2,round=8").size(), 2U);
}

TEST(Faults, AScheduleThatCannotHappenIsRefused) {
  struct Case {
    const char* text;
    const char* what;
  };
  for (const auto& [text, what] : std::array<Case, 7>{{
           {"crash:count=9", "crash shall hit 9 workers, but there are 8 to choose from"},
           {"crash:count=5+hang:count=4", "hang shall hit 4 workers, but there are 3 to choose from"},
           {"crash:workers=2/8", "crash names worker 8, but there are 8 workers"},
           {"hang:round=101", "hang names round 101, but the run has 100 rounds"},
           {"crash:workers=2,round=5+hang:workers=2,round=9",
            "worker 2 is lost in round 5 and again in round 9"},
           {"crash:workers=2,round=5,back=3+hang:workers=2,round=7", "lost in round 5 and again in round 7"},
           {"crash:workers=2,round=5,back=3+hang:workers=2,round=5", "lost in round 5 and again in round 5"},
       }}) {
    const auto faults = model(text).schedule(1, 8, 100);
    ASSERT_FALSE(faults) << text;
    EXPECT_THAT(faults.error().what, HasSubstr(what));
    EXPECT_THAT(faults.error().what, testing::StartsWith("--faults: "));
    EXPECT_FALSE(faults.error().cure.empty());
  }
}

TEST(Faults, ErrorsNameTheFlagThePartAndWhatWasExpected) {
  struct Case {
    const char* text;
    const char* what;
    const char* cure;
  };
  for (const auto& [text, what, cure] : std::array<Case, 20>{{
           {"cut:back-after=1s", "\"cut\" can only be simulated", "a training run knows crash and hang"},
           {"server-crash:for=1s", "\"server-crash\" can only be simulated", ""},
           {"crash:at=sent", "at=sent can only be simulated", "start, mid, after-signal and sending"},
           {"crash:at=starting", "at=starting can only be simulated", ""},
           {"crash:back-after=1s", "there is no key \"back-after\"",
            "known are count, workers, round, at, back"},
           {"cuts:count=1", "there is no kind \"cuts\"", "known are crash, hang"},
           {"", "the value is empty", ""},
           {"crahs:count=1", "there is no kind \"crahs\"", "did you mean \"crash\"?"},
           {"crash:cuont=1", "there is no key \"cuont\"", "did you mean \"count\"?"},
           {"crash:count=0", "count=0 of \"crash\" is not a whole number from 1 on", ""},
           {"crash:count=1.5", "count=1.5", ""},
           {"crash:workers=1/x", "workers=1/x of \"crash\" is not a list of workers like 2/5", ""},
           {"crash:workers=1/", "workers=1/", ""},
           {"crash:workers=1/1", "workers=1/1 of \"crash\" is not a list of different workers", ""},
           {"crash:workers=4294967296", "is not a list of workers", ""},
           {"crash:round=0", "round=0 of \"crash\" is not a whole number from 1 on", ""},
           {"crash:at=after_signal", "there is no value \"after_signal\"", "did you mean \"after-signal\"?"},
           {"hang:back=0", "back=0 of \"hang\" is not a whole number from 1 on", ""},
           {"crash:count=3,workers=2/5", "count=3 of \"crash\" is more than the 2 workers listed", ""},
           {"crash:count=1+none", "\"none\" stands alone", ""},
       }}) {
    const auto parsed = FaultModel::parse(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_THAT(parsed.error().what, HasSubstr(what));
    EXPECT_THAT(parsed.error().cure, HasSubstr(cure)) << text;
    EXPECT_THAT(parsed.error().what, testing::StartsWith("--faults: "));
  }
}

TEST(Faults, TextIsCanonical) {
  for (const char* text :
       {"none", "crash:count=1", "crash:workers=2/5", "crash:count=1,workers=2/5",
        "hang:count=2,round=5,at=after-signal,back=3", "crash:count=1,at=mid+hang:workers=3,at=sending"}) {
    EXPECT_EQ(model(text).text(), text);
  }
  EXPECT_EQ(model("crash").text(), "crash:count=1");
  EXPECT_EQ(model("crash:at=start,count=2,workers=5/2").text(), "crash:workers=2/5");
}

FaultModel simulated(const std::string& text) {
  auto parsed = FaultModel::parse(text, FaultScope::simulation);
  EXPECT_TRUE(parsed) << text << ": " << parsed.error().sentence();
  return parsed ? parsed.value() : FaultModel();
}

TEST(SimulatedFaults, KnowEveryMomentByItsNames) {
  const auto at = [](const std::string& name) {
    return simulated("crash:round=1,at=" + name).schedule(1, 8, 1).value().front().at;
  };
  EXPECT_EQ(at("joining"), FaultMoment::joining);
  EXPECT_EQ(at("start"), FaultMoment::start);
  EXPECT_EQ(at("starting"), FaultMoment::start);
  EXPECT_EQ(at("mid"), FaultMoment::mid);
  EXPECT_EQ(at("computing"), FaultMoment::mid);
  EXPECT_EQ(at("reporting"), FaultMoment::reporting);
  EXPECT_EQ(at("after-signal"), FaultMoment::after_signal);
  EXPECT_EQ(at("signalled"), FaultMoment::after_signal);
  EXPECT_EQ(at("sending"), FaultMoment::sending);
  EXPECT_EQ(at("sent"), FaultMoment::sent);
  EXPECT_EQ(at("released"), FaultMoment::released);
}

TEST(SimulatedFaults, ReturnAfterATime) {
  const Fault fault = simulated("cut:workers=2,round=3,back-after=1.5").schedule(1, 8, 3).value().front();
  EXPECT_EQ(fault.kind, FaultKind::cut);
  EXPECT_EQ(fault.back_after, std::chrono::milliseconds(1500));
  EXPECT_EQ(fault.back, std::nullopt);
  EXPECT_TRUE(simulated("cut:workers=2,round=3,back-after=1s+crash:workers=2,round=4").schedule(1, 8, 9));
  EXPECT_FALSE(simulated("cut:workers=2,round=3,back-after=1s+crash:workers=2,round=3").schedule(1, 8, 9));
}

TEST(SimulatedFaults, StrikeTheSameWorkersAsInTraining) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    for (const char* text : {"crash:count=3,back=2+hang:count=1,at=sending", "hang:count=2,workers=1/3/5"}) {
      EXPECT_EQ(simulated(text).schedule(seed, 8, 20).value(), schedule(text, 8, 20, seed));
    }
  }
}

TEST(SimulatedFaults, TheServerIsScheduledByItself) {
  const FaultModel model =
      simulated("server-crash:round=5,at=durable,for=2s+crash:count=1+server-crash:for=1");
  EXPECT_EQ(model.schedule(1, 8, 9).value().size(), 1U);
  const auto server = model.server_schedule(1, 9).value();
  ASSERT_EQ(server.size(), 2U);
  EXPECT_LE(server[0].round, server[1].round);
  EXPECT_THAT(server,
              testing::Contains(ServerFault{RoundId(5), ServerMoment::durable, std::chrono::seconds(2)}));
  EXPECT_EQ(model.server_schedule(1, 9).value(), server);
  std::set<std::uint64_t> rounds;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    rounds.insert(simulated("server-crash:for=1").server_schedule(seed, 4).value().front().round.value);
  }
  EXPECT_THAT(rounds, testing::ElementsAre(1, 2, 3, 4));
  EXPECT_FALSE(simulated("server-crash:for=1").none());
  EXPECT_TRUE(simulated("server-crash:for=1").schedule(1, 8, 9).value().empty());
  EXPECT_THAT(model.server_schedule(1, 4).error().what, HasSubstr("server-crash names round 5"));
}

TEST(SimulatedFaults, SayWhoCanStrikeThem) {
  for (const char* text : {"none", "crash:at=computing", "hang:count=2,back=3"}) {
    EXPECT_EQ(simulated(text).scope(), FaultScope::training) << text;
    EXPECT_TRUE(FaultModel::parse(simulated(text).text())) << text;
  }
  for (const char* text : {"crash:at=joining", "crash:back-after=1", "cut:back=1", "server-crash:for=1"}) {
    EXPECT_EQ(simulated(text).scope(), FaultScope::simulation) << text;
    EXPECT_FALSE(FaultModel::parse(simulated(text).text())) << text;
  }
}

TEST(SimulatedFaults, ErrorsSayWhatWasExpected) {
  struct Case {
    const char* text;
    const char* what;
    const char* cure;
  };
  for (const auto& [text, what, cure] : std::array<Case, 9>{{
           {"sever-crash:for=1", "there is no kind \"sever-crash\"", "did you mean \"server-crash\"?"},
           {"crash:at=signaled", "there is no value \"signaled\"", "did you mean \"signalled\"?"},
           {"crash:back=1,back-after=1s", "has both back= and back-after=", ""},
           {"crash:back-after=0", "back-after=0 of \"crash\" is not a time above 0", ""},
           {"cut:count=1", "\"cut\" does not say when the link comes back", "back-after=2s or back=1"},
           {"server-crash", "\"server-crash\" needs the key for", "server-crash:for="},
           {"server-crash:for=1,at=mid", "there is no value \"mid\"", "known are began, heard"},
           {"server-crash:for=1,workers=2", "there is no key \"workers\"", ""},
           {"server-crash:for=1x", "\"x\" in \"1x\" is not a unit of time", ""},
       }}) {
    const auto parsed = FaultModel::parse(text, FaultScope::simulation);
    ASSERT_FALSE(parsed) << text;
    EXPECT_THAT(parsed.error().what, HasSubstr(what));
    EXPECT_THAT(parsed.error().cure, HasSubstr(cure)) << text;
    EXPECT_THAT(parsed.error().what, testing::StartsWith("--faults: "));
  }
}

TEST(SimulatedFaults, TextIsCanonical) {
  for (const char* text :
       {"crash:count=1,at=joining", "hang:workers=2/5,at=released,back=1",
        "cut:count=3,round=2,back-after=20ms", "crash:count=1+server-crash:round=5,at=committed,for=2s",
        "server-crash:for=1.5s"}) {
    EXPECT_EQ(simulated(text).text(), text);
  }
  EXPECT_EQ(simulated("crash:at=computing").text(), "crash:count=1,at=mid");
}

}  // namespace
}  // namespace gleaner
