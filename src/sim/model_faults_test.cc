#include "sim/model_faults.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <set>

namespace gleaner {
namespace {

using namespace std::chrono_literals;
constexpr auto kPhase = Server::Phase{};

ModelFaults faults(const std::string& text, std::size_t workers = 4, std::uint64_t rounds = 10,
                   std::uint64_t seed = 1) {
  auto model = FaultModel::parse(text, FaultScope::simulation);
  EXPECT_TRUE(model) << model.error().sentence();
  auto made = ModelFaults::make(model.value(), seed, workers, rounds);
  EXPECT_TRUE(made) << made.error().sentence();
  return std::move(made).value();
}

TEST(ModelFaults, EveryStepIsTheStepOfOneMoment) {
  std::set<FaultMoment> moments;
  for (std::size_t s = 0; s < kWorkerSteps; ++s) moments.insert(moment_of(static_cast<WorkerStep>(s)));
  EXPECT_EQ(moments.size(), kWorkerSteps);
  EXPECT_EQ(moment_of(WorkerStep::computing), FaultMoment::mid);
  EXPECT_EQ(moment_of(WorkerStep::signalled), FaultMoment::after_signal);
}

TEST(ModelFaults, HalfAChunkIsOnlyOfInterestWhereALossIsDue) {
  const ModelFaults source = faults("crash:workers=2,round=3,at=mid+crash:workers=1,round=1");
  EXPECT_TRUE(source.may_strike(WorkerId(2), RoundId(3), WorkerStep::computing));
  EXPECT_FALSE(source.may_strike(WorkerId(2), RoundId(2), WorkerStep::computing));
  EXPECT_FALSE(source.may_strike(WorkerId(1), RoundId(3), WorkerStep::computing));
}

TEST(ModelFaults, StrikeOnceAtTheirStepAndSayWhenTheyReturn) {
  ModelFaults source =
      faults("cut:workers=2,round=3,at=reporting,back-after=2s+hang:workers=1,round=2,back=4");
  EXPECT_FALSE(source.strike(WorkerId(2), RoundId(2), WorkerStep::reporting, kPhase));
  EXPECT_FALSE(source.strike(WorkerId(2), RoundId(3), WorkerStep::starting, kPhase));
  EXPECT_FALSE(source.strike(WorkerId(0), RoundId(3), WorkerStep::reporting, kPhase));
  const auto cut = source.strike(WorkerId(2), RoundId(3), WorkerStep::reporting, kPhase);
  ASSERT_TRUE(cut);
  EXPECT_EQ(cut->kind, BlowKind::cut);
  EXPECT_EQ(cut->back_after, 2s);
  EXPECT_EQ(cut->back_in_round, std::nullopt);
  EXPECT_FALSE(source.strike(WorkerId(2), RoundId(3), WorkerStep::reporting, kPhase));
  const auto hang = source.strike(WorkerId(1), RoundId(5), WorkerStep::starting, kPhase);  // late
  ASSERT_TRUE(hang);
  EXPECT_EQ(hang->kind, BlowKind::hang);
  EXPECT_EQ(hang->back_in_round, RoundId(9));
}

TEST(ModelFaults, JoiningBeforeTheFirstRoundBelongsToIt) {
  ModelFaults source = faults("crash:workers=0,round=1,at=joining,back=1");
  const auto blow = source.strike(WorkerId(0), RoundId(0), WorkerStep::joining, kPhase);
  ASSERT_TRUE(blow);
  EXPECT_EQ(blow->back_in_round, RoundId(2));
}

TEST(ModelFaults, TheServerIsStruckOncePerFault) {
  ModelFaults source = faults("server-crash:round=2,at=heard,for=3s+server-crash:round=2,at=heard,for=1s");
  EXPECT_FALSE(source.strike_server(RoundId(1), ServerStep::heard));
  EXPECT_FALSE(source.strike_server(RoundId(2), ServerStep::began));
  EXPECT_EQ(source.strike_server(RoundId(2), ServerStep::heard), 3s);
  EXPECT_EQ(source.strike_server(RoundId(2), ServerStep::heard), 1s);
  EXPECT_FALSE(source.strike_server(RoundId(2), ServerStep::heard));
}

TEST(ModelFaults, ALossOfChanceIsPassedOnToAWorkerThatSends) {
  ModelFaults source = faults("crash:round=1,at=sent");
  Selection selection;
  selection.used.resize(4);
  selection.used[3] = SlotSet::first(1);
  source.on_signal(RoundId(1), selection);
  EXPECT_TRUE(source.strike(WorkerId(3), RoundId(1), WorkerStep::sent, kPhase));
}

// The slow twin: every fault of the schedule is struck by asking for it in every round, at every step.
RC_GTEST_PROP(ModelFaults, StrikeWhatTheScheduleSays, ()) {
  const auto seed = *rc::gen::arbitrary<std::uint64_t>();
  const std::string text = "crash:count=2,at=mid,back=1+hang:count=1,at=released+cut:count=2,back-after=1s";
  const auto schedule = FaultModel::parse(text, FaultScope::simulation).value().schedule(seed, 7, 5).value();
  ModelFaults source = faults(text, 7, 5, seed);
  std::vector<Fault> seen;
  for (std::uint64_t round = 1; round <= 5; ++round) {
    for (std::uint32_t worker = 0; worker < 7; ++worker) {
      for (std::size_t s = 0; s < kWorkerSteps; ++s) {
        const auto step = static_cast<WorkerStep>(s);
        const auto blow = source.strike(WorkerId(worker), RoundId(round), step, kPhase);
        if (!blow) continue;
        Fault fault{static_cast<FaultKind>(blow->kind), WorkerId(worker), RoundId(round), moment_of(step)};
        if (blow->back_in_round) fault.back = blow->back_in_round->value - round;
        fault.back_after = blow->back_after;
        fault.by_chance = true;
        seen.push_back(fault);
      }
    }
  }
  RC_ASSERT(seen == schedule);
}

}  // namespace
}  // namespace gleaner
