#include "adapt/own_clock.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/random.h"
#include "coding/test_cases.h"
#include "support/draws.h"

namespace gleaner {
namespace {

constexpr unsigned kParts = 16;
constexpr double kRounding = 1e-12;

// In a round that was sent at 0, and now it is 1. At its first chunk, of which it told at 0.9.
WorkerReport at_its_first(double told) {
  WorkerReport w;
  w.works = true;
  w.elapsed = told;
  w.in_hand_for = told + .1;
  w.parts = 3;
  w.in_hand = Slot(0);
  w.seen = {.9, 0, 0, 0, 0};
  return w;
}
// Has nothing in hand, and told at 0.9 that it had finished a chunk, between 0.4 and 0.5 s after it began.
WorkerReport finished(double told) {
  WorkerReport w;
  w.works = true;
  w.elapsed = told;
  w.parts = kParts;
  w.done.insert(Slot(2));
  w.seen = {.9, .9, .9, .4, .5};
  return w;
}
// Others, whose messages took so long.
WorkerReport took_to_answer(double messages) {
  WorkerReport w;
  w.works = true;
  w.seen.messages = messages;
  return w;
}

WorkerReport corrected(const WorkerReport& w, double messages = 0) {
  RoundReport r{1, false, false, {w, took_to_answer(messages)}};
  correct_by_own_clock(r, kParts);
  return r.workers.front();
}

TEST(OwnClock, AChunkInHandHasLastedNoLongerThanSinceTheRoundWasSent) {
  for (const double told : {.91, 50.0, 1e9}) {
    const WorkerReport w = corrected(at_its_first(told));
    EXPECT_DOUBLE_EQ(w.elapsed, .9) << told;
    EXPECT_DOUBLE_EQ(w.in_hand_for, 1) << told;
    EXPECT_EQ(w.parts, 3U);
  }
}

TEST(OwnClock, AChunkInHandHasLastedNoLessThanSinceTheRoundButForMessagesAndATenth) {
  for (const double told : {.001, .68}) {
    EXPECT_DOUBLE_EQ(corrected(at_its_first(told)).elapsed, .81) << told;
    EXPECT_DOUBLE_EQ(corrected(at_its_first(told)).in_hand_for, .91) << told;
    EXPECT_DOUBLE_EQ(corrected(at_its_first(told), .06).elapsed, .81 - .12) << told;
  }
  EXPECT_DOUBLE_EQ(corrected(at_its_first(.7), .06).in_hand_for, .8);  // within what messages explain
}

TEST(OwnClock, AFinishedChunkTookWhatWasSeenOfIt) {
  EXPECT_DOUBLE_EQ(corrected(finished(7)).elapsed, .5);
  EXPECT_DOUBLE_EQ(corrected(finished(.51)).elapsed, .5);
  EXPECT_DOUBLE_EQ(corrected(finished(.01)).elapsed, .35);
  EXPECT_DOUBLE_EQ(corrected(finished(.01), .1).elapsed, .15);
  EXPECT_DOUBLE_EQ(corrected(finished(.01), 3).elapsed, .01);
  EXPECT_DOUBLE_EQ(corrected(finished(.36)).elapsed, .36);
  EXPECT_EQ(corrected(finished(7)).parts, kParts);
}

TEST(OwnClock, OfAFinishedChunkThatNobodySawItsWorkersWordIsTaken) {
  WorkerReport w = finished(7);
  w.seen.took_least = w.seen.took_most = 0;
  EXPECT_EQ(corrected(w).elapsed, 7);
}

TEST(OwnClock, AFinishedChunkOfWhomHasFinishedNothingIsNoWord) {
  WorkerReport w = at_its_first(.85);
  w.parts = kParts;
  EXPECT_EQ(corrected(w).elapsed, 0);
  EXPECT_EQ(corrected(w).parts, 0U);
  EXPECT_DOUBLE_EQ(corrected(w).in_hand_for, .95);
  w.excluded.insert(Slot(3));  // what it has finished was rejected
  EXPECT_EQ(corrected(w).elapsed, .85);
  EXPECT_EQ(corrected(w).parts, kParts);
}

TEST(OwnClock, WhoHasNeverReportedOrIsNotThereIsLeftAlone) {
  WorkerReport silent = at_its_first(50);
  silent.seen.heard = 0;
  EXPECT_EQ(corrected(silent).elapsed, 50);
  EXPECT_EQ(corrected(silent).in_hand_for, 50.1);
  WorkerReport gone = at_its_first(50);
  gone.works = false;
  EXPECT_EQ(corrected(gone).elapsed, 50);
  WorkerReport wordless = at_its_first(50);  // it has reported, but nothing of its speed
  wordless.elapsed = 0;
  EXPECT_EQ(corrected(wordless).elapsed, 0);
}

TEST(OwnClock, WhatIsInHandWasBegunAfterTheLastFinishedChunkAndByTheLastWill) {
  WorkerReport w = at_its_first(.3);
  w.seen.last_finished = .2;
  w.seen.busy_since = .6;
  const auto in_hand = [&](double told) {
    w.in_hand_for = told;
    return corrected(w).in_hand_for;
  };
  EXPECT_DOUBLE_EQ(in_hand(.95), .8);
  EXPECT_DOUBLE_EQ(in_hand(.8), .8);
  EXPECT_DOUBLE_EQ(in_hand(.6), .6);
  EXPECT_DOUBLE_EQ(in_hand(.01), .37);  // .4, less a tenth of the .3 between the will and the report
  const auto elapsed = [&](double told) {
    w.elapsed = told;
    return corrected(w).elapsed;
  };
  EXPECT_DOUBLE_EQ(elapsed(5), .7);
  EXPECT_DOUBLE_EQ(elapsed(.5), .5);
  EXPECT_NEAR(elapsed(.01), .3 - .07, kRounding);
  w.in_hand.reset();  // then the longest attempt may have been dropped long ago
  EXPECT_EQ(elapsed(.01), .01);
  EXPECT_DOUBLE_EQ(elapsed(5), .7);
}

TEST(OwnClock, WhatWasBegunByAWillAfterTheLastReportHasNotLastedLonger) {
  WorkerReport w = at_its_first(.1);
  w.seen = {.2, 0, .9, 0, 0};
  w.in_hand_for = .1;
  EXPECT_DOUBLE_EQ(corrected(w).in_hand_for, .1);
}

TEST(OwnClock, MessagesTakeTheMedianOfThoseThatAreThere) {
  RoundReport r{1, false, false, {}};
  correct_by_own_clock(r, kParts);
  EXPECT_EQ(r.messages, 0);
  for (const double m : {.02, 10.0, .01, .04, .03}) r.workers.push_back(took_to_answer(m));
  r.workers.push_back(at_its_first(.85));  // says nothing of messages
  correct_by_own_clock(r, kParts);
  EXPECT_EQ(r.messages, .03);
  for (std::size_t j : {1, 3}) r.workers[j].works = false;
  correct_by_own_clock(r, kParts);
  EXPECT_EQ(r.messages, .02);
}

// Its messages take `there` and `back`, other ones' as much as half of that.
RC_GTEST_PROP(OwnClock, LeavesTheTruthAsItIsWhereMessagesTakeTwiceTheMedian, ()) {
  Random random = testing_cases::any_random();
  const double there = random.exponential(.1);
  const double back = random.exponential(.1);
  const double computed = 1e-3 + random.exponential(1);
  const double heard = there + computed + back;
  const double now = heard + random.exponential(.1);
  WorkerReport w;
  w.works = true;
  w.elapsed = computed;
  w.seen = {heard, 0, 0, 0, 0, there + back};
  if (random.below(2) == 0) {
    w.parts = static_cast<unsigned>(random.below(kParts));
    w.in_hand = Slot(0);
    w.in_hand_for = now - heard + computed;
  } else {
    w.parts = kParts;
    w.done.insert(Slot(0));
    w.seen = {heard, heard, heard, heard, heard, there + back};
  }
  const double others = (there + back) * (.5 + kRounding + random.uniform());
  RoundReport r{now, false, false, {w, took_to_answer(others), took_to_answer(others)}};
  correct_by_own_clock(r, kParts);
  RC_ASSERT(std::abs(r.workers[0].elapsed - w.elapsed) <= kRounding * now);
  RC_ASSERT(std::abs(r.workers[0].in_hand_for - w.in_hand_for) <= kRounding * now);
  RC_ASSERT(r.workers[0].parts == w.parts);
}

RC_GTEST_PROP(OwnClock, WhateverIsToldComesWithinWhatWasSeen, ()) {
  Random random = testing_cases::any_random();
  const double last_finished = random.exponential(1);
  const double busy_since = last_finished + random.exponential(1);
  const double heard = busy_since + random.exponential(1);
  const double now = heard + random.exponential(1);
  WorkerReport w;
  w.works = true;
  w.elapsed = now * random.lognormal(1, 3);
  w.parts = static_cast<unsigned>(random.below(kParts));
  w.in_hand = Slot(0);
  w.in_hand_for = now * random.lognormal(1, 3);
  w.seen = {heard, last_finished, busy_since, 0, 0};
  const WorkerReport c = [&] {
    RoundReport r{now, false, false, {w}};
    correct_by_own_clock(r, kParts);
    return r.workers[0];
  }();
  RC_ASSERT(c.elapsed <= (heard - last_finished) * (1 + kRounding));
  RC_ASSERT(c.elapsed >= (heard - busy_since) - .1 * (heard - last_finished) - kRounding);
  RC_ASSERT(c.in_hand_for <= (now - last_finished) * (1 + kRounding));
  RC_ASSERT(c.in_hand_for >= (now - busy_since) - .1 * (heard - busy_since) - kRounding);
}

}  // namespace
}  // namespace gleaner
