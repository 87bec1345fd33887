// What the scenarios of policy skip cannot say: how many messages, and input between two links.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "protocol/server.h"
#include "protocol/worker.h"

namespace gleaner {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr Stamp kRound1{Term(1), RoundId(1)};

Peer peer(std::uint32_t worker, std::uint64_t life = 1) { return {WorkerId(worker), Incarnation(life)}; }

SlotSet slots(std::initializer_list<std::uint32_t> members) {
  SlotSet set;
  for (const std::uint32_t s : members) set.insert(Slot(s));
  return set;
}

struct Told {
  std::uint32_t worker = 0;
  std::string wanted;
  bool operator==(const Told&) const = default;
};
void PrintTo(const Told& t, std::ostream* out) { *out << "worker " << t.worker << " " << t.wanted; }

// Three chunks, each on all of three workers, who do them in ascending order.
class SkipTest : public testing::Test {
 protected:
  SkipTest() {
    const Assignment a = Assignment::cyclic(3, 3, 3).value();
    plan_ = std::make_shared<const Plan>(
        Plan::make(Method::partial, a, Ordering::ascending(a), Frame::ones(3)).value());
    restart(Policy::skip, 0);
  }
  void restart(Policy policy, std::uint32_t margin) {
    ServerOptions options;
    options.policy = policy;
    options.margin = margin;
    server_.emplace(plan_, code_for(Method::partial), options);
    for (std::uint32_t w = 0; w < 3; ++w) join(peer(w), {}, {});
    step(BeginRound{RoundId(1)});
  }
  void join(Peer who, Stamp stamp, const SlotSet& kept) {
    step(FromWorker{who, Hello{plan_->fingerprint(), stamp, kept}});
  }
  void report(std::uint32_t worker, const SlotSet& done) {
    step(FromWorker{peer(worker), Progress{kRound1, done}});
  }
  void step(const ServerEvent& event) {
    out_.clear();
    server_->step({}, event, out_);
  }
  std::vector<Told> told() const {
    std::vector<Told> all;
    for (const ServerAction& a : out_) {
      const auto* send = std::get_if<SendWorker>(&a);
      if (send == nullptr) continue;
      if (const auto* todo = std::get_if<Todo>(&send->message)) {
        all.push_back({send->peer.worker.value, todo->wanted.text()});
      }
    }
    return all;
  }

  std::shared_ptr<const Plan> plan_;
  std::optional<Server> server_;
  std::vector<ServerAction> out_;
};

TEST_F(SkipTest, OneTodoForAllChunksOfAReport) {
  report(0, slots({0, 1}));
  EXPECT_THAT(told(), ElementsAre(Told{1, "{2}"}, Told{2, "{2}"}));
}

TEST_F(SkipTest, NobodyIsToldTwice) {
  report(0, slots({0}));
  report(1, slots({0}));  // it had finished when it was told
  EXPECT_THAT(told(), IsEmpty());
}

TEST_F(SkipTest, AHolderThatHasFinishedTheChunkIsNotTold) {
  restart(Policy::skip, 1);
  report(0, slots({0}));
  EXPECT_THAT(told(), IsEmpty());
  report(1, slots({0}));
  EXPECT_THAT(told(), ElementsAre(Told{2, "{1,2}"}));
}

TEST_F(SkipTest, OneTodoForAllThatALossUncovers) {
  report(0, slots({0}));
  report(0, slots({0, 1}));
  step(WorkerLost{peer(0)});
  EXPECT_THAT(told(), ElementsAre(Told{1, "{0,1,2}"}, Told{2, "{0,1,2}"}));
}

TEST_F(SkipTest, AChunkThatWasRejectedIsNotAskedForAgain) {
  step(FromWorker{peer(2), ChunkRejected{kRound1, Slot(0), "NaN"}});
  report(0, slots({0}));
  EXPECT_THAT(told(), ElementsAre(Told{1, "{1,2}"}));
  step(WorkerLost{peer(0)});
  EXPECT_THAT(told(), ElementsAre(Told{1, "{0,1,2}"}));
}

TEST_F(SkipTest, TheSignalNeedsNoTodo) {
  report(0, slots({0, 1}));
  report(1, slots({2}));
  EXPECT_EQ(server_->phase(), Server::Phase::collecting);
  EXPECT_THAT(told(), IsEmpty());
}

// Its old link was fast with the Todo and lost the StartRound. As soon as the round starts for it, it follows
// the Todo that it has: so it must be told that chunk 0 is wanted again, although that is what a StartRound
// says.
TEST_F(SkipTest, AnOlderWillOfTheOldLinkIsOverruled) {
  report(0, slots({0}));
  step(WorkerLost{peer(2)});
  step(WorkerLost{peer(0)});
  join(peer(2), {Term(1), RoundId(0)}, {});
  EXPECT_THAT(told(), ElementsAre(Told{2, "{0,1,2}"}));

  Worker worker(peer(2), plan_);
  std::vector<WorkerAction> out;
  worker.step({}, ServerMessage(Todo{kRound1, 1, slots({1, 2}), nullptr}), out);
  for (const ServerAction& a : out_) {
    if (const auto* send = std::get_if<SendWorker>(&a)) worker.step({}, send->message, out);
  }
  std::vector<Slot> computed;
  for (int k = 0; k < 3; ++k) {
    for (const WorkerAction& a : std::exchange(out, {})) {
      const auto* compute = std::get_if<Compute>(&a);
      if (compute == nullptr) continue;
      computed.push_back(compute->slot);
      worker.step({}, ChunkEnded{kRound1, compute->slot, ChunkOutcome::finished, {}}, out);
    }
  }
  EXPECT_THAT(computed, testing::UnorderedElementsAre(Slot(0), Slot(1), Slot(2)));
}

TEST_F(SkipTest, TheStaticPolicyTellsNobody) {
  restart(Policy::fixed, 0);
  report(0, slots({0, 1}));
  EXPECT_THAT(told(), IsEmpty());
  step(WorkerLost{peer(0)});
  EXPECT_THAT(told(), IsEmpty());
}

TEST_F(SkipTest, AMarginNeedsAPolicyThatSkips) {
  ServerOptions options;
  options.margin = 1;
  ASSERT_FALSE(options.check().ok());
  EXPECT_THAT(options.check().error().what, HasSubstr("a margin of 1 means nothing to the policy static"));
  options.policy = Policy::skip;
  EXPECT_TRUE(options.check().ok());
}

TEST(PolicyTest, HasTheNamesOfTheFlag) {
  EXPECT_EQ(name_of(Policy::fixed), "static");
  EXPECT_EQ(name_of(Policy::skip), "skip");
  EXPECT_EQ(name_of(Policy::replan), "replan");
}

TEST(PolicyTest, OnlyPartialSkips) {
  EXPECT_EQ(policy_of(Method::partial, Policy::skip), Policy::skip);
  EXPECT_EQ(policy_of(Method::original, Policy::skip), Policy::fixed);
  EXPECT_EQ(policy_of(Method::uncoded, Policy::replan), Policy::fixed);
}

}  // namespace
}  // namespace gleaner
