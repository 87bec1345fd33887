// The combiner under any interleaving of segments, selections and losses gives the sum of the chunk
// gradients.
//
//   worker 0  --s0--s1--s2-->  \                     lost: Forget, new tickets for its neighbours, Expect
//   worker 1  --s0-->            combiner --> gradient
//   worker 2  --s0--s1-->      /                     a segment is combined when all expected have delivered
//   it
#include "work/combiner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <bit>
#include <limits>

#include "base/random.h"
#include "support/draws.h"
#include "support/mill.h"

namespace gleaner {
namespace {

using test::any_between;
using test::Mill;

test::MillOptions any_mill() {
  test::MillOptions o;
  o.workers = any_between(2, 8);
  o.chunks = any_between(1, 9);
  o.replication = std::min(o.workers, any_between(1, 6));
  o.blocks = std::min(any_between(1, 3), (o.replication + 2) / 2);  // mostly some to spare
  o.dimension = any_between(1, 120);
  o.segment_floats = any_between(1, 12);
  o.credits = static_cast<std::uint32_t>(any_between(1, 4));
  o.seed = *rc::gen::arbitrary<std::uint64_t>();
  return o;
}

void run_to_the_end(Mill& mill) {
  for (std::size_t turn = 0; turn < 400 && !mill.whole(); ++turn) {
    switch (mill.random().below(12)) {
      case 0: mill.lose_somebody(); break;
      case 1: mill.pause(); break;
      case 2: mill.send_garbage_under_an_old_ticket(); break;
      case 3: mill.corrupt_somebody(); break;
      default: mill.send_something();
    }
    mill.combined_segments_did_not_change();
  }
  mill.send_all();
}

RC_GTEST_PROP(Combiner, GivesTheSumUnderAnyInterleavingAndLosses, ()) {
  test::MillOptions options = any_mill();
  std::size_t losses = 0;
  for (int repeat = 0; repeat < 20; ++repeat, ++options.seed) {
    Mill mill(options);
    run_to_the_end(mill);
    RC_ASSERT(mill.whole());
    RC_ASSERT(mill.error() <= mill.tolerance());
    RC_ASSERT(mill.combiner().waiting_floats_max() <= mill.window_floats());
    RC_ASSERT(mill.every_vector_was_announced_once());
    losses += mill.losses();
  }
  RC_CLASSIFY(losses > 0, "with losses");
}

// Three workers, every chunk on two of them, one block: any of them may go.
struct ThreeWorkers {
  ThreeWorkers() : mill({3, 3, 2, 1, 10, 4, 8, 1, false}) {}
  Mill mill;

  std::string fault_of(VectorSegment part) {
    std::vector<Combiner::Outcome> out;
    const Peer peer = part.peer;
    mill.combiner().deliver(std::move(part), out);
    if (out.size() != 1 || !std::holds_alternative<VectorBad>(out[0])) return "no VectorBad";
    EXPECT_EQ(std::get<VectorBad>(out[0]).peer, peer);
    return std::get<VectorBad>(out[0]).why;
  }
};

TEST(Combiner, NamesTheSegmentOfABadNumber) {
  ThreeWorkers three;
  VectorSegment nan = three.mill.next_segment(WorkerId(1));
  nan.data[2] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(three.fault_of(std::move(nan)), "segment 0 has NaN at coordinate 2");
  VectorSegment inf = three.mill.next_segment(WorkerId(2));
  inf.data[0] = -std::numeric_limits<float>::infinity();
  EXPECT_EQ(three.fault_of(std::move(inf)), "segment 0 has infinity at coordinate 0");
}

TEST(Combiner, NamesTheSegmentOfAWrongLengthOrOrder) {
  ThreeWorkers three;
  VectorSegment shorter = three.mill.next_segment(WorkerId(0));
  shorter.data.pop_back();
  EXPECT_EQ(three.fault_of(std::move(shorter)), "segment 0 has 3 numbers, 4 were expected");
  VectorSegment skipped = three.mill.next_segment(WorkerId(1));
  skipped.index = 1;
  EXPECT_EQ(three.fault_of(std::move(skipped)), "segment 1 came where segment 0 was expected");
  VectorSegment beyond = three.mill.next_segment(WorkerId(2));
  beyond.index = 7;
  EXPECT_EQ(three.fault_of(std::move(beyond)), "segment 7 of a vector of 3 segments");
}

TEST(Combiner, ARepeatedSegmentDoesNoHarm) {
  ThreeWorkers three;
  const VectorSegment first = three.mill.next_segment(WorkerId(0));
  std::vector<Combiner::Outcome> out;
  for (int k = 0; k < 3; ++k) three.mill.combiner().deliver(first, out);
  EXPECT_TRUE(out.empty());
  VectorSegment skipped = three.mill.next_segment(WorkerId(0));
  skipped.index = 2;
  skipped.data.resize(2);
  EXPECT_EQ(three.fault_of(std::move(skipped)), "segment 2 came where segment 1 was expected");
}

TEST(Combiner, NothingAfterTheEndOfAVectorDoesHarm) {
  ThreeWorkers three;
  const VectorSegment first = three.mill.next_segment(WorkerId(0));
  for (int k = 0; k < 3; ++k) three.mill.send(WorkerId(0));
  std::vector<Combiner::Outcome> out;
  VectorSegment more = first;
  for (const std::uint32_t index : {0U, 3U, 4U, 100U}) {
    more.index = index;
    three.mill.combiner().deliver(more, out);
  }
  EXPECT_TRUE(out.empty());
  three.mill.send_all();
  EXPECT_TRUE(three.mill.whole());
  EXPECT_LE(three.mill.error(), three.mill.tolerance());
}

TEST(Combiner, WhatWasSentIsCountedEvenIfItIsStale) {
  ThreeWorkers three;
  VectorSegment stale = three.mill.next_segment(WorkerId(0));
  stale.ticket.epoch = Epoch(9);
  std::vector<Combiner::Outcome> out;
  three.mill.combiner().deliver(stale, out);
  EXPECT_TRUE(out.empty());
  EXPECT_EQ(three.mill.combiner().bytes_received()[0], 16U);
  stale.ticket.stamp.round = RoundId(7);
  three.mill.combiner().deliver(stale, out);
  EXPECT_EQ(three.mill.combiner().bytes_received()[0], 16U);  // of another round
}

TEST(Combiner, AVectorOfWhichNothingIsWantedEndsWithAnEmptySegment) {
  ThreeWorkers three;
  Mill& mill = three.mill;
  while (mill.combiner().combined() < mill.combiner().layout().count()) mill.send_something();
  // All is combined; worker 0 is lost before its end was heard, so its neighbours send once more: nothing.
  std::vector<Combiner::Outcome> out;
  mill.new_selection_without(WorkerId(0), mill.combiner().combined());
  mill.combiner().deliver(mill.next_segment(WorkerId(1)), out);
  ASSERT_EQ(out.size(), 1U);
  EXPECT_EQ(std::get<VectorIn>(out[0]).peer.worker, WorkerId(1));
  EXPECT_EQ(std::get<VectorIn>(out[0]).ticket.epoch, Epoch(2));
}

}  // namespace
}  // namespace gleaner
