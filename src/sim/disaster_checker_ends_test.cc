// Rounds that settle for less, runs that are given up and work that is rejected: not without need, and not
// too soon.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "support/checked_disaster.h"

namespace gleaner {
namespace {

using Rule = Violation::Rule;
using test::peer;

ServerOptions waits_two_seconds() {
  ServerOptions o;
  o.when_unrecoverable = WhenUnrecoverable::wait;
  o.wait = std::chrono::seconds(2);
  return o;
}

class WaitingServer : public test::CheckedDisaster {
 protected:
  WaitingServer() : CheckedDisaster(waits_two_seconds()) {}
  // Nobody holds chunk 0 any more.
  void lose_two() {
    lose(peer(0));
    lose(peer(1));
  }
};

TEST_F(WaitingServer, GivesUpWhenItHasWaited) {
  begin(1);
  at(1);
  lose_two();
  at(3);
  give_up();
  expect_sound();
}

TEST_F(WaitingServer, GivesUpTooSoon) {
  begin(1);
  at(1);
  lose_two();
  at(2.5);
  give_up();
  expect_broken(Rule::liveness, "gives up after 1.5s, 2s were to be waited");
}

TEST_F(WaitingServer, WaitsAnewAfterAReturn) {
  begin(1);
  at(1);
  lose_two();
  at(2);
  join(peer(1, 2));
  at(2.5);
  lose(peer(1, 2));
  at(3);
  give_up();
  expect_broken(Rule::liveness, "gives up after 500ms, 2s were to be waited");
}

TEST_F(WaitingServer, WaitsAnewInEveryRound) {
  begin(1);
  collect();
  lose_two();
  EXPECT_TRUE(vectors_.commit(commit()).ok());
  at(3);
  begin(2);
  at(4);
  give_up();
  expect_broken(Rule::liveness, "gives up after 1s, 2s were to be waited");
}

TEST_F(WaitingServer, GivesUpAlthoughSomebodyHasReturned) {
  begin(1);
  lose_two();
  join(peer(1, 2));
  at(5);
  give_up();
  expect_broken(Rule::liveness, "could bring the residual down to 0");
}

ServerOptions goes_on_with_less() {
  ServerOptions o;
  o.when_unrecoverable = WhenUnrecoverable::approximate;
  return o;
}

class ForgivingServer : public test::CheckedDisaster {
 protected:
  ForgivingServer() : CheckedDisaster(goes_on_with_less()) {}
};

TEST_F(ForgivingServer, ForgivesWhatCannotCome) {
  begin(1);
  finish_own_chunks();
  finish(peer(2), 1);
  lose(peer(0));
  lose(peer(1));
  const SelectionRef s = selection(1, {{}, {2}, {2}});
  expect(s, {{peer(2), Epoch(1)}});
  deliver(encode(peer(2), s));
  EXPECT_TRUE(vectors_.commit(commit(std::sqrt(1.0 / 3))).ok());
  expect_sound();
}

TEST_F(ForgivingServer, ForgivesAChunkThatALiveWorkerHolds) {
  begin(1);
  finish_own_chunks();
  lose(peer(1));
  expect(selection(1, {{0}, {}, {2}}), {{peer(0), Epoch(1)}, {peer(2), Epoch(1)}});
  expect_broken(Rule::residual, "the live workers could still bring it down to that");
}

TEST_F(ForgivingServer, ForgivesMoreThanIsLost) {
  begin(1);
  finish_own_chunks();
  lose(peer(0));
  lose(peer(1));
  expect(selection(1, {{}, {}, {2}}), {{peer(2), Epoch(1)}});
  expect_broken(Rule::residual, "chunk 1 has 0 of 1 copies, and 1 can still come");
}

TEST_F(ForgivingServer, GivesUpAlthoughThereIsSomething) {
  begin(1);
  lose(peer(0));
  lose(peer(1));
  give_up();
  expect_broken(Rule::liveness, "gives up although");
}

ServerOptions has_a_deadline() {
  ServerOptions o;
  o.recovery = {Recovery::Kind::deadline, std::chrono::seconds(2), 0};
  return o;
}

class PunctualServer : public test::CheckedDisaster {
 protected:
  PunctualServer() : CheckedDisaster(has_a_deadline()) {
    at(10);
    begin(1);
    finish_own_chunks();
  }
  void select_two() { expect(selection(1, {{0}, {1}, {}}), {{peer(0), Epoch(1)}, {peer(1), Epoch(1)}}); }
};

TEST_F(PunctualServer, SignalsAtTheDeadline) {
  at(12);
  select_two();
  expect_sound();
}

TEST_F(PunctualServer, SignalsBeforeTheDeadline) {
  at(11.9);
  select_two();
  expect_broken(Rule::residual, "chunk 2 has 0 of 1 copies, and 1 can still come");
}

TEST_F(PunctualServer, NeedNotWaitForWhatCannotCome) {
  at(11);
  lose(peer(0));
  lose(peer(2));  // and with them chunk 2
  finish(peer(1), 0);
  expect(selection(1, {{1}, {1}, {}}), {{peer(1), Epoch(1)}});
  expect_sound();
}

TEST_F(PunctualServer, ASelectionThatCombinedNothingIsNotTheResidual) {
  at(12);
  select_two();
  const SelectionRef s = selection(2, {{0}, {1}, {2}});
  expect(s, {{peer(0), Epoch(1)}, {peer(1), Epoch(1)}, {peer(2), Epoch(2)}});
  const SelectionRef first = selection(1, {{0}, {1}, {}});
  for (std::uint32_t w = 0; w < 2; ++w) deliver(encode(peer(w), first));
  deliver(encode(peer(2), s));
  DisasterChecker other = checker_;
  EXPECT_TRUE(vectors_.commit(commit()).ok());
  expect_sound();
  const std::vector<float> zeros(cluster_.spec.dimension, 0.0F);
  other.on_commit(commit(std::sqrt(1.0 / 3)), zeros, 1, zeros);
  ASSERT_TRUE(other.violation().has_value());
  EXPECT_THAT(other.violation()->what, testing::HasSubstr("announces the residual 0.577350269"));
}

class RejectedWork : public test::CheckedDisaster {
 protected:
  RejectedWork() { begin(1); }
  void expect_all() {
    finish_own_chunks();
    selected_ = selection(1, {{0}, {1}, {2}});
    expect(selected_, {{peer(0), Epoch(1)}, {peer(1), Epoch(1)}, {peer(2), Epoch(1)}});
  }
  void note_rejection(std::uint32_t worker) {
    Note n;
    n.kind = NoteKind::vector_rejected;
    n.worker = WorkerId(worker);
    checker_.record({now_, n});
  }
  SelectionRef selected_;
};

TEST_F(RejectedWork, ABrokenVectorMayBeRejected) {
  expect_all();
  VectorSegment part = encode(peer(1), selected_);
  part.data.pop_back();
  deliver(part);
  note_rejection(1);
  expect_sound();
  EXPECT_EQ(checker_.counts().rejected_vectors, 1U);
}

TEST_F(RejectedWork, ASoundVectorMayNot) {
  expect_all();
  tell(VectorBad{peer(1), {stamp_, Epoch(1)}, "segment 1 came where segment 0 was expected"});
  expect_broken(Rule::vector, "worker 1 is rejected although every segment of it that came in is sound");
}

TEST_F(RejectedWork, AStaleVectorIsNobodysConcern) {
  expect_all();
  tell(VectorBad{peer(1, 2), {stamp_, Epoch(1)}, "it is broken"});
  expect_sound();
  EXPECT_EQ(checker_.counts().rejected_vectors, 0U);
}

TEST_F(RejectedWork, TheServerRejectsOfItsOwnAccord) {
  expect_all();
  note_rejection(1);
  expect_broken(Rule::vector, "rejects a vector of worker 1 that nobody has complained of");
}

TEST_F(RejectedWork, AWorkerRejectsWhatItHasFinished) {
  finish(peer(0), 0);
  tell(FromWorker{peer(0), ChunkRejected{stamp_, *assignment().slot_of(WorkerId(0), ChunkId(0)), "a NaN"}});
  expect_broken(Rule::vector, "worker 0 says that slot 0 gave no gradient");
}

TEST_F(RejectedWork, AGradientWithANanIsThrownAway) {
  const Slot slot = *assignment().slot_of(WorkerId(0), ChunkId(0));
  checker_.on_chunk(peer(0), stamp_, slot, ChunkOutcome::rejected, true);
  tell(FromWorker{peer(0), ChunkRejected{stamp_, slot, "a NaN"}});
  expect_sound();
}

TEST_F(RejectedWork, AGradientIsThrownAwayWithoutNeed) {
  checker_.on_chunk(peer(0), stamp_, Slot(0), ChunkOutcome::rejected, false);
  expect_broken(Rule::vector, "is without a NaN and was thrown away");
}

TEST_F(RejectedWork, AGradientWithANanIsKept) {
  checker_.on_chunk(peer(0), stamp_, Slot(0), ChunkOutcome::finished, true);
  expect_broken(Rule::vector, "is one with a NaN and was kept");
}

TEST_F(RejectedWork, ABrokenSegmentThatNobodyBroke) {
  expect_all();
  VectorSegment part = encode(peer(1), selected_);
  part.data.back() = NAN;
  checker_.on_segment(part, true);
  expect_sound();
  checker_.on_segment(part, false);
  expect_broken(Rule::vector, "worker 1 sends segment 0 of round 1");
}

}  // namespace
}  // namespace gleaner
