// The checker must see what it is there for: every rule is broken here by hand.
#include "sim/disaster_checker.h"

#include <cmath>

#include "support/checked_disaster.h"

namespace gleaner {
namespace {

using Rule = Violation::Rule;
using test::peer;

class DisasterCheckerTest : public test::CheckedDisaster {};

TEST_F(DisasterCheckerTest, RoundsAsTheyShouldBeBreakNoRule) {
  for (std::uint64_t round = 1; round <= 2; ++round) {
    begin(round);
    collect();
    EXPECT_TRUE(vectors_.commit(commit()).ok());
    vectors_.checkpoint(RoundId(round));
    for (std::uint32_t w = 0; w < 3; ++w) vectors_.release(peer(w), stamp_);
  }
  TrialOutcome done;
  done.completed = true;
  checker_.close(done);
  expect_sound();
  EXPECT_EQ(checker_.counts().rounds, 2U);
}

TEST_F(DisasterCheckerTest, ARoundCommittedTwice) {
  begin(1);
  collect();
  EXPECT_TRUE(vectors_.commit(commit()).ok());
  expect_sound();
  EXPECT_TRUE(vectors_.commit(commit()).ok());
  expect_broken(Rule::rounds, "round 1 is committed while");
}

TEST_F(DisasterCheckerTest, ARoundThatIsSkipped) {
  begin(2);
  expect_broken(Rule::rounds, "round 2 begins, but the last one committed is 0");
}

TEST_F(DisasterCheckerTest, ARunThatEndsARoundEarly) {
  begin(1);
  collect();
  EXPECT_TRUE(vectors_.commit(commit()).ok());
  TrialOutcome done;
  done.completed = true;
  checker_.close(done);
  expect_broken(Rule::rounds, "complete after round 1 of 2");
}

TEST_F(DisasterCheckerTest, ARestartAfterARoundThatIsNotDurable) {
  begin(1);
  collect();
  EXPECT_TRUE(vectors_.commit(commit()).ok());
  vectors_.restart_server(Term(2), RoundId(1));
  expect_broken(Rule::rounds, "the server starts after round 1, but round 0 is durable");
}

TEST_F(DisasterCheckerTest, ARestartTakesBackWhatIsNotDurable) {
  begin(1);
  collect();
  EXPECT_TRUE(vectors_.commit(commit()).ok());
  vectors_.restart_server(Term(2), RoundId(0));
  for (std::uint32_t w = 0; w < 3; ++w) join(peer(w, 2));
  stamp_.term = Term(2);
  begin(1);
  expect_sound();
  EXPECT_EQ(checker_.counts().restarts, 1U);
  EXPECT_EQ(checker_.counts().restarts_in_round, 0U);
}

TEST_F(DisasterCheckerTest, ARestartWithAnUncommittedRoundIsCounted) {
  begin(1);
  finish_own_chunks();
  vectors_.restart_server(Term(2), RoundId(0));
  expect_sound();
  EXPECT_EQ(checker_.counts().restarts_in_round, 1U);
}

TEST_F(DisasterCheckerTest, AGradientThatIsNotTheSum) {
  begin(1);
  collect();
  const DisasterModel model(cluster_.seed, 3, cluster_.spec.dimension);
  const std::vector<double> truth = model.gradients(model.start());
  std::vector<float> sum(cluster_.spec.dimension, 0.0F);
  for (std::size_t at = 0; at < truth.size(); ++at) sum[at % sum.size()] += static_cast<float>(truth[at]);
  std::vector<float> after = model.start();
  model.step(sum, after);
  DisasterChecker other = checker_;  // the right one, to be sure that it is the number that is seen
  other.on_commit(commit(), sum, 1, after);
  EXPECT_FALSE(other.violation().has_value());
  sum[4] += 0.001F;
  checker_.on_commit(commit(), sum, 1, after);
  expect_broken(Rule::gradient, "coordinate 4 of the gradient of round 1");
}

TEST_F(DisasterCheckerTest, ParametersThatDidNotMove) {
  begin(1);
  collect();
  VectorWork::Outcomes out;
  const DisasterModel model(cluster_.seed, 3, cluster_.spec.dimension);
  const std::vector<double> truth = model.gradients(model.start());
  std::vector<float> sum(cluster_.spec.dimension, 0.0F);
  for (std::size_t at = 0; at < truth.size(); ++at) sum[at % sum.size()] += static_cast<float>(truth[at]);
  checker_.on_commit(commit(), sum, 1, model.start());
  expect_broken(Rule::model, "not one step further");
}

TEST_F(DisasterCheckerTest, AResidualThatIsNotTheOneAnnounced) {
  begin(1);
  collect();
  EXPECT_TRUE(vectors_.commit(commit(0.25)).ok());
  expect_broken(Rule::residual, "announces the residual 0.25, its selections have 0");
}

TEST_F(DisasterCheckerTest, AResidualWhereNoneIsAllowed) {
  begin(1);
  finish_own_chunks();
  const SelectionRef s = selection(1, {{0}, {1}, {}});
  expect(s, {{peer(0), Epoch(1)}, {peer(1), Epoch(1)}});
  for (std::uint32_t w = 0; w < 2; ++w) deliver(encode(peer(w), s));
  EXPECT_TRUE(vectors_.commit(commit(std::sqrt(1.0 / 3))).ok());
  expect_broken(Rule::residual, "0 is allowed");
}

TEST_F(DisasterCheckerTest, ACommitWithASegmentMissing) {
  begin(1);
  finish_own_chunks();
  const SelectionRef s = selection(1, {{0}, {1}, {2}});
  expect(s, {{peer(0), Epoch(1)}, {peer(1), Epoch(1)}, {peer(2), Epoch(1)}});
  for (std::uint32_t w = 0; w < 2; ++w) deliver(encode(peer(w), s));
  expect_sound();
  EXPECT_TRUE(vectors_.commit(commit()).ok());
  expect_broken(Rule::vector, "with 0 of 1 segments combined");
}

TEST_F(DisasterCheckerTest, ASegmentCombinedWithoutAPartOfIt) {
  begin(1);
  finish_own_chunks();
  const SelectionRef s = selection(1, {{0}, {1}, {2}});
  expect(s, {{peer(0), Epoch(1)}, {peer(1), Epoch(1)}, {peer(2), Epoch(1)}});
  const VectorSegment part = encode(peer(0), s);
  checker_.on_delivery({&part, 0, 1, true, true});
  expect_broken(Rule::vector, "combined without a sound one from worker 1");
}

TEST_F(DisasterCheckerTest, AVectorTakenForWholeBeforeItHasCome) {
  begin(1);
  finish_own_chunks();
  const SelectionRef s = selection(1, {{0}, {1}, {2}});
  expect(s, {{peer(0), Epoch(1)}, {peer(1), Epoch(1)}, {peer(2), Epoch(1)}});
  tell(VectorIn{peer(1), {stamp_, Epoch(1)}});
  expect_broken(Rule::vector, "worker 1 is taken for whole without segment 0");
}

TEST_F(DisasterCheckerTest, AStaleVectorIsCountedAndMustNotBeUsed) {
  begin(1);
  finish_own_chunks();
  finish(peer(0), 2);
  const SelectionRef first = selection(1, {{0}, {1}, {2}});
  expect(first, {{peer(0), Epoch(1)}, {peer(1), Epoch(1)}, {peer(2), Epoch(1)}});
  const VectorSegment old = encode(peer(0), first);
  lose(peer(2));
  EXPECT_EQ(checker_.counts().lost_after_signal, 1U);
  vectors_.forget(WorkerId(2));
  const SelectionRef second = selection(2, {{0}, {1}, {0}});
  expect(second, {{peer(0), Epoch(2)}, {peer(1), Epoch(1)}});
  deliver(old);
  expect_sound();
  EXPECT_EQ(checker_.counts().stale_vectors, 1U);
  checker_.on_delivery({&old, 0, 0, true, false});
  expect_broken(Rule::stale, "a stale vector of worker 0");
}

TEST_F(DisasterCheckerTest, AVectorKeptAlthoughItsCoefficientsAreOthers) {
  begin(1);
  finish_own_chunks();
  finish(peer(0), 2);
  const SelectionRef first = selection(1, {{0}, {1}, {2}});
  expect(first, {{peer(0), Epoch(1)}, {peer(1), Epoch(1)}, {peer(2), Epoch(1)}});
  deliver(encode(peer(2), first));
  expect_sound();
  const SelectionRef second = selection(2, {{0}, {1}, {0, 2}});  // of chunk 2 each now gives a half
  expect(second, {{peer(0), Epoch(2)}, {peer(1), Epoch(1)}, {peer(2), Epoch(1)}});
  expect_broken(Rule::stale, "worker 2 of epoch 1 is kept in epoch 2");
}

TEST_F(DisasterCheckerTest, WorkOfAnOlderIncarnationThatCounts) {
  begin(1);
  finish_own_chunks();
  lose(peer(1));
  join(peer(1, 2));
  expect(selection(1, {{0}, {1}, {2}}), {{peer(0), Epoch(1)}, {peer(1, 2), Epoch(1)}, {peer(2), Epoch(1)}});
  expect_broken(Rule::dead, "of which incarnation 2 finished {}");
}

TEST_F(DisasterCheckerTest, AVectorOfALostWorkerThatHadNotArrived) {
  begin(1);
  finish_own_chunks();
  lose(peer(1));
  expect(selection(1, {{0}, {1}, {2}}), {{peer(0), Epoch(1)}, {peer(1), Epoch(1)}, {peer(2), Epoch(1)}});
  expect_broken(Rule::dead, "incarnation 1 was lost before the whole of it had arrived");
}

TEST_F(DisasterCheckerTest, AVectorThatHadArrivedBeforeTheLossMayCount) {
  begin(1);
  finish_own_chunks();
  finish(peer(0), 2);
  const SelectionRef first = selection(1, {{0}, {1}, {2}});
  expect(first, {{peer(0), Epoch(1)}, {peer(1), Epoch(1)}, {peer(2), Epoch(1)}});
  deliver(encode(peer(1), first));
  lose(peer(1));
  EXPECT_EQ(checker_.counts().lost_after_signal, 0U);  // its vector was whole
  expect(selection(2, {{0}, {1}, {0}}), {{peer(0), Epoch(2)}, {peer(1), Epoch(1)}});
  expect_sound();
}

TEST_F(DisasterCheckerTest, ARunThatStopsWithoutAReason) {
  begin(1);
  TrialOutcome stuck;
  stuck.reason = "nothing can happen any more";
  checker_.close(stuck);
  expect_broken(Rule::liveness, "round 1 does not end: nothing can happen any more");
}

TEST_F(DisasterCheckerTest, AServerThatGivesUpWithoutNeed) {
  begin(1);
  lose(peer(1));  // every chunk has a live holder still
  give_up();
  expect_broken(Rule::liveness, "gives up although");
}

TEST_F(DisasterCheckerTest, AServerThatGivesUpForAReason) {
  begin(1);
  lose(peer(0));
  lose(peer(1));  // nobody holds chunk 0 any more
  give_up();
  TrialOutcome failed;
  failed.reason = "too few copies";
  checker_.close(failed);
  expect_sound();
  EXPECT_EQ(checker_.counts().failed, 1U);
}

}  // namespace
}  // namespace gleaner
