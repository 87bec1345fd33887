#include "work/fault_desk.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gleaner {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr auto kCrash = FaultKind::crash;

WorkerId worker(std::uint32_t w) { return WorkerId(w); }
Fault fault(std::uint32_t w, std::uint64_t round, FaultMoment at,
            std::optional<std::uint64_t> back = std::nullopt) {
  return {kCrash, worker(w), RoundId(round), at, back, false};
}
Fault by_chance(std::uint32_t w, std::uint64_t round, FaultMoment at) {
  Fault f = fault(w, round, at);
  f.by_chance = true;
  return f;
}
// Of four workers these have something to send.
std::vector<SlotSet> senders(std::initializer_list<std::uint32_t> who) {
  std::vector<SlotSet> used(4);
  for (const std::uint32_t w : who) used[w] = SlotSet::first(1);
  return used;
}

TEST(FaultDesk, StrikesOnceAtItsMoment) {
  FaultDesk desk({fault(1, 3, FaultMoment::mid)});
  EXPECT_FALSE(desk.strike(worker(1), RoundId(2), FaultMoment::mid));
  EXPECT_FALSE(desk.strike(worker(0), RoundId(3), FaultMoment::mid));
  EXPECT_FALSE(desk.strike(worker(1), RoundId(3), FaultMoment::start));
  EXPECT_EQ(desk.strike(worker(1), RoundId(3), FaultMoment::mid), fault(1, 3, FaultMoment::mid));
  EXPECT_FALSE(desk.strike(worker(1), RoundId(3), FaultMoment::mid));
  EXPECT_FALSE(desk.strike(worker(1), RoundId(4), FaultMoment::mid));
}

TEST(FaultDesk, AskingUsesNothingUp) {
  FaultDesk desk({fault(1, 3, FaultMoment::sending)});
  EXPECT_FALSE(desk.is_due(worker(1), RoundId(2), FaultMoment::sending));
  EXPECT_TRUE(desk.is_due(worker(1), RoundId(3), FaultMoment::sending));
  EXPECT_TRUE(desk.is_due(worker(1), RoundId(3), FaultMoment::sending));
  EXPECT_TRUE(desk.strike(worker(1), RoundId(3), FaultMoment::sending));
  EXPECT_FALSE(desk.is_due(worker(1), RoundId(3), FaultMoment::sending));
}

TEST(FaultDesk, StrikesLaterIfItsMomentDidNotCome) {
  FaultDesk desk({fault(1, 3, FaultMoment::after_signal, 2)});
  EXPECT_TRUE(desk.strike(worker(1), RoundId(5), FaultMoment::after_signal));
  EXPECT_THAT(desk.returning(RoundId(6)), IsEmpty());  // counted from the round in which it was lost
  EXPECT_THAT(desk.returning(RoundId(7)), ElementsAre(worker(1)));
}

TEST(FaultDesk, FaultsOfOneWorkerStrikeOneAfterAnother) {
  FaultDesk desk({fault(0, 1, FaultMoment::start, 1), fault(0, 2, FaultMoment::start)});
  EXPECT_EQ(desk.strike(worker(0), RoundId(1), FaultMoment::start)->back, 1U);
  EXPECT_FALSE(desk.strike(worker(0), RoundId(1), FaultMoment::start));
  EXPECT_FALSE(desk.strike(worker(0), RoundId(2), FaultMoment::start)->back);
}

TEST(FaultDesk, NamesEveryReturnOnceEvenIfARoundWasNotAskedFor) {
  FaultDesk desk(
      {fault(0, 1, FaultMoment::start, 1), fault(2, 1, FaultMoment::mid, 2), fault(3, 1, FaultMoment::mid)});
  for (const FaultMoment at : {FaultMoment::start, FaultMoment::mid}) {
    for (std::uint32_t w = 0; w < 4; ++w) (void)desk.strike(worker(w), RoundId(1), at);
  }
  EXPECT_THAT(desk.returning(RoundId(1)), IsEmpty());
  EXPECT_THAT(desk.returning(RoundId(9)), ElementsAre(worker(0), worker(2)));
  EXPECT_THAT(desk.returning(RoundId(10)), IsEmpty());
}

TEST(FaultDesk, ALossByChanceGoesToTheNextWorkerThatHasSomethingToSend) {
  for (const FaultMoment at : {FaultMoment::after_signal, FaultMoment::sending}) {
    FaultDesk desk({by_chance(2, 3, at)});
    desk.resolve(RoundId(2), senders({0}));  // its round has not come
    EXPECT_FALSE(desk.is_due(worker(0), RoundId(2), at));
    desk.resolve(RoundId(3), senders({0, 1}));
    EXPECT_FALSE(desk.is_due(worker(2), RoundId(3), at));
    EXPECT_TRUE(desk.strike(worker(0), RoundId(3), at));
  }
}

TEST(FaultDesk, ALossByChanceStaysWhereThereIsSomethingToSend) {
  FaultDesk desk({by_chance(2, 3, FaultMoment::sending)});
  desk.resolve(RoundId(3), senders({0, 2}));
  EXPECT_TRUE(desk.is_due(worker(2), RoundId(3), FaultMoment::sending));
}

TEST(FaultDesk, TwoLossesByChanceHitTwoWorkers) {
  FaultDesk desk({by_chance(2, 3, FaultMoment::sending), by_chance(3, 3, FaultMoment::sending)});
  desk.resolve(RoundId(3), senders({0, 1}));
  EXPECT_TRUE(desk.strike(worker(0), RoundId(3), FaultMoment::sending));
  EXPECT_FALSE(desk.strike(worker(0), RoundId(3), FaultMoment::sending));
  EXPECT_TRUE(desk.strike(worker(1), RoundId(3), FaultMoment::sending));
}

TEST(FaultDesk, NamedWorkersAndEarlierMomentsAreNotPassedOn) {
  FaultDesk desk({fault(2, 3, FaultMoment::sending), by_chance(1, 3, FaultMoment::mid)});
  desk.resolve(RoundId(3), senders({0, 3}));
  EXPECT_TRUE(desk.is_due(worker(2), RoundId(3), FaultMoment::sending));
  EXPECT_TRUE(desk.is_due(worker(1), RoundId(3), FaultMoment::mid));
}

}  // namespace
}  // namespace gleaner
