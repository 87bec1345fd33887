// The checker must see what workers are told amiss: broken here by hand.
#include "sim/disaster_wills.h"

#include "support/checked_disaster.h"

namespace gleaner {
namespace {

using Rule = Violation::Rule;
using test::peer;

ServerOptions skips(std::uint32_t margin) {
  ServerOptions o;
  o.policy = Policy::skip;
  o.margin = margin;
  return o;
}

SlotSet slots(std::initializer_list<std::uint32_t> members) {
  SlotSet set;
  for (const std::uint32_t s : members) set.insert(Slot(s));
  return set;
}

// Worker 0 holds chunks {0,2}, worker 1 {0,1}, worker 2 {1,2}, each as its slots 0 and 1.
class WillTest : public test::CheckedDisaster {
 protected:
  explicit WillTest(const ServerOptions& options = skips(0)) : CheckedDisaster(options) {
    begin(1);
    for (std::uint32_t w = 0; w < 3; ++w) send(peer(w), StartRound{stamp_});
  }
  void send(Peer to, const ServerMessage& message) {
    checker_.on_server_action(now_, SendWorker{to, message});
  }
  void todo(std::uint32_t worker, const SlotSet& wanted, std::initializer_list<std::uint32_t> order = {}) {
    std::vector<Slot> slots;
    for (const std::uint32_t s : order) slots.emplace_back(s);
    const OrderRef told = slots.empty() ? nullptr : std::make_shared<const std::vector<Slot>>(slots);
    send(peer(worker), Todo{stamp_, ++revision_, wanted, told});
  }
  void report(std::uint32_t worker, const SlotSet& done) {
    tell(FromWorker{peer(worker), Progress{stamp_, done}});
  }
  // Any other event: what the one before it led to has been said.
  void go_on() { tell(TimerFired{}); }

  std::uint32_t revision_ = 0;
};

TEST_F(WillTest, WhatIsThereIsLeftOutAndAskedForAgain) {
  report(0, slots({0}));
  todo(1, slots({1}));
  go_on();
  expect_sound();
  lose(peer(0));
  todo(1, slots({0, 1}));
  go_on();
  expect_sound();
}

TEST_F(WillTest, AChunkThatIsThereIsNotTakenOut) {
  report(0, slots({0}));
  go_on();
  expect_broken(Rule::will, "worker 1 is told to compute chunk 0, of which 1 copy is reported");
}

TEST_F(WillTest, AChunkThatWasLostIsNotAskedForAgain) {
  report(0, slots({0}));
  todo(1, slots({1}));
  lose(peer(0));
  go_on();
  expect_broken(Rule::will, "worker 1 is not told to compute chunk 0, of which 0 copies are reported");
}

TEST_F(WillTest, AChunkIsTakenOutThatNobodyHas) {
  todo(2, slots({0}));
  go_on();
  expect_broken(Rule::will, "worker 2 is not told to compute chunk 2");
}

// Its gradient was no number: it will never give it, so nobody need ask.
TEST_F(WillTest, NothingIsAskedOfWhoThrewTheChunkAway) {
  checker_.on_chunk(peer(2), stamp_, Slot(1), ChunkOutcome::rejected, true);
  todo(2, slots({0}));
  go_on();
  expect_sound();
}

TEST_F(WillTest, WhoComesBackWithItsWorkIsNotToldAnew) {
  report(0, slots({0}));
  todo(1, slots({1}));
  lose(peer(1));
  tell(FromWorker{peer(1), Hello{{}, stamp_, {}}});
  send(peer(1), Welcome{stamp_});
  go_on();
  expect_broken(Rule::will, "worker 1 is not told to compute chunk 1");
}

TEST_F(WillTest, WhatSomebodyKeptCountsWhenItIsBack) {
  report(0, slots({0}));
  todo(1, slots({1}));
  lose(peer(0));
  todo(1, slots({0, 1}));
  tell(FromWorker{peer(0), Hello{{}, stamp_, slots({0})}});
  send(peer(0), Welcome{stamp_});
  todo(0, slots({1}));
  todo(1, slots({1}));
  go_on();
  expect_sound();
}

TEST_F(WillTest, AnOrderMayLeaveOutWhatIsDoneAndWhatIsNotWanted) {
  report(0, slots({0}));
  todo(1, slots({1}), {1});
  todo(0, slots({0, 1}), {1});
  go_on();
  expect_sound();
}

TEST_F(WillTest, AnOrderHasEverythingThatIsToBeComputed) {
  todo(1, slots({0, 1}), {1});
  go_on();
  expect_broken(Rule::will, "worker 1 is told to compute slots {0} in an order that leaves them out");
}

TEST_F(WillTest, AnOrderHoldsUntilTheNext) {
  report(0, slots({0}));
  todo(1, slots({1}), {1});
  go_on();
  lose(peer(0));
  todo(1, slots({0, 1}));  // in the order that it has
  go_on();
  expect_broken(Rule::will, "worker 1 is told to compute slots {0} in an order that leaves them out");
}

TEST_F(WillTest, AnOrderNamesASlotOnce) {
  todo(1, slots({0, 1}), {1, 0, 1});
  go_on();
  expect_broken(Rule::will, "the order for worker 1 names slot 1, which came before");
}

TEST_F(WillTest, AnOrderNamesWhatTheWorkerHas) {
  todo(1, slots({0, 1}), {1, 0, 2});
  go_on();
  expect_broken(Rule::will, "the order for worker 1 names slot 2, which it does not have");
}

class WillWithMargin : public WillTest {
 protected:
  WillWithMargin() : WillTest(skips(1)) {}
};

TEST_F(WillWithMargin, LeavesAChunkOutAtOneCopyMore) {
  report(0, slots({0}));
  go_on();
  expect_sound();
  todo(1, slots({1}));
  go_on();
  expect_broken(Rule::will, "worker 1 is not told to compute chunk 0, of which 1 copy is reported");
}

class WillOfTheStaticPolicy : public WillTest {
 protected:
  WillOfTheStaticPolicy() : WillTest(ServerOptions{}) {}
};

TEST_F(WillOfTheStaticPolicy, LeavesNothingOut) {
  report(0, slots({0}));
  go_on();
  expect_sound();
  todo(1, slots({1}));
  go_on();
  expect_broken(Rule::will, "worker 1 is not told to compute chunk 0");
}

}  // namespace
}  // namespace gleaner
