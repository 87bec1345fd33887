// What the scenarios cannot say: input that no sound driver gives, and the fields of actions.
#include "protocol/server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace gleaner {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr Stamp kRound1{Term(1), RoundId(1)};

Peer peer(std::uint32_t worker, std::uint64_t life = 1) { return {WorkerId(worker), Incarnation(life)}; }

// Two chunks on both of two workers.
class ServerTest : public testing::Test {
 protected:
  ServerTest() {
    const Assignment a = Assignment::cyclic(2, 2, 2).value();
    plan_ = std::make_shared<const Plan>(
        Plan::make(Method::partial, a, Ordering::optimal(a), Frame::ones(2)).value());
    restart({});
  }
  void restart(const ServerOptions& options) { server_.emplace(plan_, code_for(Method::partial), options); }

  const std::vector<ServerAction>& step(const ServerEvent& event) {
    out_.clear();
    server_->step({}, event, out_);
    return out_;
  }
  const std::vector<ServerAction>& hear(Peer from, const WorkerMessage& m) {
    return step(FromWorker{from, m});
  }
  void join(Peer who) { hear(who, Hello{plan_->fingerprint(), {}, {}}); }
  void begin() {
    join(peer(0));
    join(peer(1));
    step(BeginRound{RoundId(1)});
  }
  // Both workers finish a chunk: the signal is given.
  void collect() {
    begin();
    hear(peer(0), Progress{kRound1, SlotSet::single(Slot(0))});
    hear(peer(1), Progress{kRound1, SlotSet::single(Slot(1))});
  }

  template <class Action>
  std::vector<Action> all() const {
    std::vector<Action> found;
    for (const ServerAction& a : out_) {
      if (const auto* x = std::get_if<Action>(&a)) found.push_back(*x);
    }
    return found;
  }
  std::string notes() const {
    std::string text;
    for (const Note& n : all<Note>()) text += sentence(n) + "\n";
    return text;
  }

  std::shared_ptr<const Plan> plan_;
  std::optional<Server> server_;
  std::vector<ServerAction> out_;
};

// A sentence is for a person, however many are lost.
TEST_F(ServerTest, AFailureNamesEightOfManyLostWorkers) {
  const Assignment a = Assignment::cyclic(1000, 1000, 2).value();
  plan_ = std::make_shared<const Plan>(
      Plan::make(Method::partial, a, Ordering::optimal(a), Frame::ones(1000)).value());
  restart({});
  for (std::uint32_t w = 0; w < 1000; w += 2) join(peer(w));
  step(BeginRound{RoundId(1)});
  step(WorkerLost{peer(0)});  // the only one left that held chunk 0
  EXPECT_THAT(notes(), HasSubstr("lost workers: 0, 1, 3, 5, 7, 9, 11, 13 and 493 more\n"));
}

TEST_F(ServerTest, ParametersGoBeforeTheStart) {
  begin();
  std::size_t parameters = 0;
  std::size_t starts = 0;
  for (const ServerAction& a : out_) {
    if (std::holds_alternative<SendParameters>(a)) ++parameters;
    if (const auto* send = std::get_if<SendWorker>(&a)) {
      if (std::holds_alternative<StartRound>(send->message)) ++starts;
      EXPECT_EQ(parameters, starts);
    }
  }
  EXPECT_EQ(starts, 2U);
}

TEST_F(ServerTest, TheExpectedSetIsNamedBeforeTheSignal) {
  collect();
  ASSERT_GE(out_.size(), 3U);
  const auto is_expect = [](const ServerAction& a) { return std::holds_alternative<Expect>(a); };
  const auto expect = std::find_if(out_.begin(), out_.end(), is_expect);
  const auto send = std::find_if(out_.begin(), out_.end(),
                                 [](const ServerAction& a) { return std::holds_alternative<SendWorker>(a); });
  EXPECT_LT(expect - out_.begin(), send - out_.begin());
  EXPECT_EQ(std::get<Expect>(*expect).vectors.size(), 2U);
  for (const SendWorker& s : all<SendWorker>()) {
    const auto& t = std::get<Transmit>(s.message);
    EXPECT_EQ(t.ticket, (Ticket{kRound1, Epoch(1)}));
    EXPECT_EQ(t.first_segment, 0U);
  }
}

TEST_F(ServerTest, AServerThatLooksDecidesAtTheLookOnAllThatItWasTold) {
  ServerOptions options;
  options.looks = true;
  restart(options);
  collect();
  hear(peer(0), Progress{kRound1, SlotSet::first(2)});
  EXPECT_EQ(server_->phase(), Server::Phase::computing);
  step(Look{});
  ASSERT_THAT(all<Expect>(), testing::SizeIs(1));
  EXPECT_EQ(all<Expect>()[0].selection->used[0], SlotSet::first(2));
  step(WorkerLost{peer(1)});
  EXPECT_THAT(all<SendWorker>(), IsEmpty());
  step(Look{});
  ASSERT_THAT(all<Expect>(), testing::SizeIs(1));
  EXPECT_EQ(all<Expect>()[0].vectors.size(), 1U);
  EXPECT_EQ(all<Expect>()[0].selection->epoch, Epoch(2));
}

TEST_F(ServerTest, CombinedSegmentsAreNotAskedForAgain) {
  collect();
  step(Combined{kRound1, 3, Epoch(1)});
  step(Combined{kRound1, 2, Epoch(1)});                     // late
  step(Combined{Stamp{Term(1), RoundId(9)}, 7, Epoch(1)});  // of another round
  hear(peer(0), Progress{kRound1, SlotSet::first(2)});
  step(WorkerLost{peer(1)});
  ASSERT_EQ(all<SendWorker>().size(), 1U);
  const auto t = std::get<Transmit>(all<SendWorker>()[0].message);
  EXPECT_EQ(t.first_segment, 3U);
  EXPECT_EQ(t.ticket.epoch, Epoch(2));
  EXPECT_THAT(all<Forget>(), testing::SizeIs(1));
}

// At the deadline only worker 0 has the one chunk, of which two copies are needed; the others have it too
// when worker 0 is lost. Its half counts only if a segment was combined with it.
TEST_F(ServerTest, ASelectionUnderWhichNothingWasCombinedDoesNotCount) {
  const Assignment a = Assignment::cyclic(1, 3, 3).value();
  plan_ = std::make_shared<const Plan>(
      Plan::make(Method::partial, a, Ordering::optimal(a), Frame::gaussian(3, 2, 1)).value());
  ServerOptions options;
  options.recovery = {Recovery::Kind::deadline, std::chrono::milliseconds(100), 0};
  for (const bool combined : {false, true}) {
    restart(options);
    for (std::uint32_t w = 0; w < 3; ++w) join(peer(w));
    step(BeginRound{RoundId(1)});
    hear(peer(0), Progress{kRound1, SlotSet::single(Slot(0))});
    step(TimerFired{{TimerId::Kind::deadline, kRound1, 1}});
    ASSERT_EQ(all<Expect>().size(), 1U);
    if (combined) step(Combined{kRound1, 1, Epoch(1)});
    hear(peer(1), Progress{kRound1, SlotSet::single(Slot(0))});
    hear(peer(2), Progress{kRound1, SlotSet::single(Slot(0))});
    step(WorkerLost{peer(0)});
    ASSERT_EQ(all<Expect>().size(), 1U);
    step(Combined{kRound1, 2, Epoch(2)});
    step(VectorIn{peer(1), {kRound1, Epoch(2)}});
    step(VectorIn{peer(2), {kRound1, Epoch(2)}});
    ASSERT_EQ(all<Commit>().size(), 1U);
    EXPECT_DOUBLE_EQ(all<Commit>()[0].residual, combined ? std::sqrt(.5) : 0);
  }
}

// What was told before the link broke may arrive by the new one: a will that comes after must be larger, also
// where the worker has lost its work.
TEST_F(ServerTest, TheWillsOfOneIncarnationOnlyGrow) {
  begin();
  const Progress both{kRound1, SlotSet::first(2)};
  const auto revision = [&] {
    std::uint32_t found = 0;
    for (const SendWorker& s : all<SendWorker>()) {
      if (const auto* todo = std::get_if<Todo>(&s.message); todo != nullptr && s.peer == peer(0, 2))
        found = todo->revision;
    }
    return found;
  };
  hear(peer(0), both);
  step(WorkerLost{peer(0)});
  join(peer(0, 2));
  EXPECT_EQ(revision(), 1U);
  hear(peer(1), both);
  EXPECT_EQ(revision(), 2U);
  step(WorkerLost{peer(0, 2)});
  join(peer(0, 2));
  EXPECT_EQ(revision(), 3U);
}

TEST_F(ServerTest, ACommitSaysWhatTheRoundCost) {
  collect();
  step(VectorIn{peer(0), {kRound1, Epoch(1)}});
  EXPECT_THAT(all<Commit>(), IsEmpty());
  step(VectorIn{peer(1), {kRound1, Epoch(1)}});
  ASSERT_EQ(all<Commit>().size(), 1U);
  const Commit c = all<Commit>()[0];
  EXPECT_EQ(c.residual, 0.0);
  EXPECT_EQ(c.chunks_completed, 2U);
  EXPECT_EQ(c.chunks_used, 2U);
  EXPECT_EQ(c.live_workers, 2U);
  EXPECT_THAT(c.reencoded, IsEmpty());
  EXPECT_EQ(server_->phase(), Server::Phase::committing);
  step(CommitDone{Stamp{Term(1), RoundId(9)}});
  EXPECT_EQ(server_->phase(), Server::Phase::committing);
  step(CommitDone{kRound1});
  EXPECT_EQ(server_->phase(), Server::Phase::idle);
  EXPECT_EQ(all<SendWorker>().size(), 2U);
}

TEST_F(ServerTest, SlotsThatDoNotExistAreIgnored) {
  begin();
  hear(peer(0), Progress{kRound1, SlotSet::single(Slot(2))});
  EXPECT_THAT(notes(),
              HasSubstr("a message of worker 0 was ignored: it reports slots {2} but holds 2 chunks"));
  hear(peer(0), ChunkRejected{kRound1, Slot(2), "NaN"});
  EXPECT_THAT(out_, IsEmpty());
  step(WorkerLost{peer(0)});
  hear(peer(0), Hello{plan_->fingerprint(), kRound1, SlotSet::single(Slot(70))});
  EXPECT_THAT(notes(),
              HasSubstr("a message of worker 0 was ignored: it has kept slots {70} but holds 2 chunks"));
  EXPECT_FALSE(server_->is_live(WorkerId(0)));
}

TEST_F(ServerTest, WhoIsNotInThePlanIsIgnored) {
  begin();
  hear(peer(2), Hello{plan_->fingerprint(), {}, {}});
  EXPECT_THAT(notes(), HasSubstr("a message of worker 2 was ignored: the plan has only 2 workers"));
  EXPECT_THAT(step(WorkerLost{peer(2)}), IsEmpty());
  EXPECT_THAT(step(VectorIn{peer(2), {kRound1, Epoch(1)}}), IsEmpty());
  EXPECT_THAT(step(VectorBad{peer(2), {kRound1, Epoch(1)}, "x"}), IsEmpty());
  EXPECT_EQ(server_->live_workers(), 2U);
}

TEST_F(ServerTest, AnotherPlanIsRefusedAndToldWhy) {
  hear(peer(0), Hello{Fingerprint{std::string(64, '0')}, {}, {}});
  ASSERT_EQ(all<SendWorker>().size(), 1U);
  EXPECT_THAT(std::get<Refused>(all<SendWorker>()[0].message).why, HasSubstr("its plan 000000000000 is not"));
  EXPECT_EQ(server_->live_workers(), 0U);
}

TEST_F(ServerTest, AnEarlierLifeIsNotHeard) {
  join(peer(0, 3));
  hear(peer(0, 2), Hello{plan_->fingerprint(), {}, {}});
  EXPECT_THAT(notes(), HasSubstr("incarnation 2 is dead"));
  EXPECT_THAT(step(WorkerLost{peer(0, 2)}), IsEmpty());
  EXPECT_TRUE(server_->is_live(WorkerId(0)));
}

TEST_F(ServerTest, ARejectionThatComesTwiceIsOne) {
  begin();
  hear(peer(0), ChunkRejected{kRound1, Slot(0), "NaN"});
  EXPECT_EQ(all<Note>().size(), 1U);
  EXPECT_THAT(hear(peer(0), ChunkRejected{kRound1, Slot(0), "NaN"}), IsEmpty());
}

TEST_F(ServerTest, ABadVectorThatIsStaleDoesNoHarm) {
  collect();
  EXPECT_THAT(step(VectorBad{peer(0, 2), {kRound1, Epoch(1)}, "NaN"}), IsEmpty());
  EXPECT_THAT(step(VectorBad{peer(0), {kRound1, Epoch(2)}, "NaN"}), IsEmpty());
  step(VectorIn{peer(0), {kRound1, Epoch(1)}});
  EXPECT_THAT(step(VectorBad{peer(0), {kRound1, Epoch(1)}, "NaN"}), IsEmpty());
  EXPECT_EQ(server_->phase(), Server::Phase::collecting);
}

TEST_F(ServerTest, StaleVectorsAreNamedWithTheReason) {
  collect();
  step(VectorIn{peer(0), {Stamp{Term(1), RoundId(9)}, Epoch(1)}});
  EXPECT_THAT(notes(), HasSubstr("it is of round 9"));
  step(VectorIn{peer(0), {Stamp{Term(2), RoundId(1)}, Epoch(1)}});
  EXPECT_THAT(notes(), HasSubstr("it is of round 1 of term 2"));
  step(VectorIn{peer(0), {kRound1, Epoch(4)}});
  EXPECT_THAT(notes(), HasSubstr("it is of epoch 4, epoch 1 is wanted"));
  step(WorkerLost{peer(1)});
  step(VectorIn{peer(1), {kRound1, Epoch(1)}});
  EXPECT_THAT(notes(), HasSubstr("incarnation 1 is dead"));
}

TEST_F(ServerTest, NothingHappensAfterAFailure) {
  begin();
  step(WorkerLost{peer(0)});
  step(WorkerLost{peer(1)});
  ASSERT_EQ(all<FailRun>().size(), 1U);
  const Error error = all<FailRun>()[0].error;
  EXPECT_EQ(error.kind, Error::Kind::run_failed);
  EXPECT_THAT(error.what, HasSubstr("chunks 0, 1 cannot be recovered"));
  EXPECT_THAT(error.cure, HasSubstr("--when-unrecoverable"));
  EXPECT_TRUE(std::holds_alternative<FailRun>(out_.back()));
  EXPECT_THAT(hear(peer(0, 2), Hello{plan_->fingerprint(), {}, {}}), IsEmpty());
}

TEST_F(ServerTest, TimersOfOtherRoundsMeanNothing) {
  ServerOptions options;
  options.recovery = {Recovery::Kind::deadline, std::chrono::milliseconds(5), 0};
  restart(options);
  begin();
  const auto timers = all<ArmTimer>();
  ASSERT_EQ(timers.size(), 1U);
  EXPECT_EQ(timers[0].at, Time{} + std::chrono::milliseconds(5));
  TimerId other = timers[0].timer;
  other.stamp.round = RoundId(9);
  hear(peer(0), Progress{kRound1, SlotSet::single(Slot(0))});
  EXPECT_THAT(step(TimerFired{other}), IsEmpty());
  step(TimerFired{timers[0].timer});
  EXPECT_EQ(server_->phase(), Server::Phase::collecting);
}

TEST(ServerOptionsTest, EveryFieldIsChecked) {
  ServerOptions o;
  EXPECT_TRUE(o.check().ok());
  o.term = Term(0);
  EXPECT_THAT(o.check().error().what, HasSubstr("term 0"));
  o = {};
  o.recovery.kind = Recovery::Kind::deadline;
  EXPECT_THAT(o.check().error().what, HasSubstr("deadline is not positive"));
  o = {};
  o.recovery.kind = Recovery::Kind::residual;
  for (const double bad : {0.0, 1.0, -1.0}) {
    o.recovery.residual = bad;
    EXPECT_THAT(o.check().error().what, HasSubstr("not between 0 and 1"));
  }
  o = {};
  o.when_unrecoverable = WhenUnrecoverable::wait;
  o.wait = Duration::zero();
  EXPECT_THAT(o.check().error().what, HasSubstr("time to wait"));
}

TEST(StampTest, IsOrderedByTermThenRound) {
  EXPECT_LT((Stamp{Term(1), RoundId(9)}), (Stamp{Term(2), RoundId(1)}));
  EXPECT_LT((Stamp{Term(2), RoundId(1)}), (Stamp{Term(2), RoundId(2)}));
  EXPECT_EQ(text(Stamp{Term(1), RoundId(7)}), "round 7");
  EXPECT_EQ(text(Stamp{Term(2), RoundId(7)}), "round 7 of term 2");
}

}  // namespace
}  // namespace gleaner
