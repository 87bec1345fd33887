#include "work/fault_desk.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

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

// The obvious twin: looks through everything that is still to come.
struct SlowDesk {
  std::vector<Fault> pending;

  std::optional<Fault> strike(WorkerId w, RoundId round, FaultMoment moment) {
    const auto it = std::ranges::find_if(
        pending, [&](const Fault& f) { return f.worker == w && f.at == moment && f.round <= round; });
    if (it == pending.end()) return std::nullopt;
    const Fault fault = *it;
    pending.erase(it);
    return fault;
  }
  void resolve(RoundId round, const std::vector<SlotSet>& used) {
    for (Fault& f : pending) {
      const bool late =
          f.at == FaultMoment::after_signal || f.at == FaultMoment::sending || f.at == FaultMoment::sent;
      if (!f.by_chance || !late || f.round > round) continue;
      for (std::size_t k = 0; k < used.size(); ++k) {
        const WorkerId next(static_cast<std::uint32_t>((f.worker.index() + k) % used.size()));
        const bool taken = std::ranges::any_of(
            pending, [&](const Fault& other) { return &other != &f && other.worker == next; });
        if (used[next.index()].empty() || taken) continue;
        f.worker = next;
        break;
      }
    }
  }
};

RC_GTEST_PROP(FaultDesk, DoesWhatLookingThroughEverythingDoes, ()) {
  constexpr std::uint32_t kWorkers = 7;
  const auto any_worker = [] { return worker(*rc::gen::inRange(0U, kWorkers)); };
  const auto any_round = [] { return RoundId(*rc::gen::inRange<std::uint64_t>(1, 5)); };
  const auto any_moment = [] {
    return *rc::gen::element(FaultMoment::start, FaultMoment::after_signal, FaultMoment::sending,
                             FaultMoment::sent);
  };
  std::vector<Fault> faults;
  const int count = *rc::gen::inRange(0, 12);
  for (int k = 0; k < count; ++k) {
    Fault f = fault(any_worker().value, any_round().value, any_moment());
    f.by_chance = *rc::gen::arbitrary<bool>();
    faults.push_back(f);
  }
  FaultDesk desk(faults);
  SlowDesk slow{faults};
  for (int step = 0; step < 60; ++step) {
    const RoundId round = any_round();
    if (*rc::gen::inRange(0, 4) == 0) {
      std::vector<SlotSet> used(kWorkers);
      for (SlotSet& u : used) u = SlotSet::first(*rc::gen::inRange<std::size_t>(0, 2));
      desk.resolve(round, used);
      slow.resolve(round, used);
    } else {
      const WorkerId w = any_worker();
      const FaultMoment moment = any_moment();
      const bool due = desk.is_due(w, round, moment);
      const std::optional<Fault> struck = desk.strike(w, round, moment);
      RC_ASSERT(struck == slow.strike(w, round, moment));
      RC_ASSERT(due == struck.has_value());
    }
    RC_ASSERT(desk.state().pending == slow.pending);
    if (*rc::gen::inRange(0, 10) == 0) desk = FaultDesk(desk.state());
  }
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
