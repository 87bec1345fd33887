#include "adapt/order_learner.h"

#include <functional>

#include <gtest/gtest.h>

#include "adapt/forecast.h"
#include "base/random.h"

namespace gleaner {
namespace {

constexpr std::uint32_t kWorkers = 40;
using Draw = std::function<double(std::uint64_t round, std::uint32_t worker)>;

std::shared_ptr<const Plan> plan_of(std::size_t blocks) {
  const Assignment a = Assignment::regular_graph(kWorkers, kWorkers, 6, 3).value();
  Frame frame = blocks == 1 ? Frame::ones(kWorkers) : Frame::gaussian(kWorkers, blocks, 1);
  return std::make_shared<const Plan>(
      Plan::make(Method::partial, a, Ordering::optimal(a), std::move(frame)).value());
}

SlotOrders own_orders(const Plan& plan) {
  SlotOrders own;
  for (std::uint32_t j = 0; j < plan.workers(); ++j) {
    const auto order = plan.ordering().of(WorkerId(j));
    own.emplace_back(order.begin(), order.end());
  }
  return own;
}

// The learner and what it learns from, as ReplanDesk runs them.
class Rounds {
 public:
  Rounds(std::size_t blocks, bool skip) : plan_(plan_of(blocks)), skip_(skip), learner(plan_, skip) {}

  void play(std::uint64_t count, const Draw& draw) {
    const SlotOrders own = own_orders(*plan_);
    for (std::uint64_t r = 1; r <= count; ++r) {
      RoundState state{&plan_->assignment(), plan_->blocks(), std::vector<WorkerState>(kWorkers)};
      std::vector<double> times;
      std::vector<std::optional<SpeedRange>> seen;
      for (std::uint32_t j = 0; j < kWorkers; ++j) {
        times.push_back(draw(r, j));
        seen.push_back(SpeedRange{times[j], times[j]});
        state.workers[j].chunk_time = times[j];
      }
      learned += forecast(state, learner.orders().empty() ? own : learner.orders(), skip_);
      static_order += forecast(state, own, skip_);
      learner.judge(times);
      speeds.add_round(seen);
      learner.prepare(speeds);
    }
  }
  [[nodiscard]] double cost() const { return learned / static_order; }

 private:
  std::shared_ptr<const Plan> plan_;
  bool skip_;

 public:
  OrderLearner learner;
  SpeedBook speeds{kWorkers};
  double learned = 0;
  double static_order = 0;
};

double anew(std::uint64_t round, std::uint32_t worker) {
  return Random({.seed = 5, .purpose = Purpose::test, .round = round, .worker = worker}).exponential(1);
}
double kept(std::uint64_t round, std::uint32_t worker) {
  Random noise({.seed = 6, .purpose = Purpose::test, .round = round, .worker = worker});
  return anew(0, worker) * noise.lognormal(1, .05);
}

TEST(OrderLearner, KeepsThePlansOrderWhereSpeedsAreDrawnAnew) {
  for (const bool skip : {false, true}) {
    Rounds rounds(2, skip);
    rounds.play(200, anew);
    EXPECT_LE(rounds.cost(), 1.02) << skip;
    EXPECT_EQ(rounds.learner.choice(), OrderLearner::Choice::plan) << skip;
    EXPECT_TRUE(rounds.learner.orders().empty());
  }
}

TEST(OrderLearner, IsFarQuickerThanThePlanWhereSpeedsPersist) {
  for (const bool skip : {false, true}) {
    Rounds rounds(2, skip);
    rounds.play(60, kept);
    EXPECT_LT(rounds.cost(), .7) << skip;
    EXPECT_NE(rounds.learner.choice(), OrderLearner::Choice::plan) << skip;
    EXPECT_EQ(rounds.learner.orders().size(), kWorkers);
  }
}

TEST(OrderLearner, GoesBackWhenSpeedsNoLongerPersist) {
  Rounds rounds(1, false);
  rounds.play(60, kept);
  ASSERT_NE(rounds.learner.choice(), OrderLearner::Choice::plan);
  rounds.play(60, anew);
  EXPECT_EQ(rounds.learner.choice(), OrderLearner::Choice::plan);
}

TEST(OrderLearner, HasNoOrdersBeforeThreeRoundsWereJudged) {
  Rounds rounds(1, true);
  for (int r = 0; r < 4; ++r) {  // in the first there is nothing yet to be judged
    EXPECT_TRUE(rounds.learner.orders().empty()) << r;
    rounds.play(1, kept);
  }
  EXPECT_FALSE(rounds.learner.orders().empty());
}

TEST(OrderLearner, ARoundInWhichTooFewWereThereSaysNothing) {
  Rounds rounds(2, true);
  rounds.play(10, kept);
  const std::vector<double> before = rounds.learner.state();
  std::vector<double> times(kWorkers, WorkerState::kNever);
  times[0] = 1;
  rounds.learner.judge(times);
  EXPECT_EQ(rounds.learner.state(), before);
}

TEST(OrderLearner, TellsHowLongTheRoundWouldHaveTakenInThePlansOrder) {
  for (const bool skip : {false, true}) {
    const auto plan = plan_of(2);
    OrderLearner learner(plan, skip);
    RoundState state{&plan->assignment(), plan->blocks(), std::vector<WorkerState>(kWorkers)};
    std::vector<double> times;
    for (std::uint32_t j = 0; j < kWorkers; ++j) {
      times.push_back(anew(1, j));
      state.workers[j].chunk_time = times[j];
    }
    EXPECT_DOUBLE_EQ(learner.judge(times), forecast(state, own_orders(*plan), skip)) << skip;
    // Not of the order that was learned.
    Rounds rounds(2, skip);
    rounds.play(10, kept);
    ASSERT_NE(rounds.learner.choice(), OrderLearner::Choice::plan);
    EXPECT_DOUBLE_EQ(rounds.learner.judge(times), forecast(state, own_orders(*plan), skip)) << skip;
    EXPECT_EQ(learner.judge(std::vector<double>(kWorkers, WorkerState::kNever)), WorkerState::kNever);
  }
}

// Rounds with the plan's order, until there is a learned one.
int pause_of(Rounds& rounds) {
  int pause = 0;
  for (; pause < 1000 && rounds.learner.choice() == OrderLearner::Choice::plan; ++pause) {
    EXPECT_TRUE(rounds.learner.orders().empty());
    rounds.play(1, kept);
  }
  return pause;
}

TEST(OrderLearner, HarmInTheFirstLearnedRoundMakesItKeepThePlansOrderFor16Rounds) {
  Rounds rounds(2, true);
  rounds.play(10, kept);
  ASSERT_NE(rounds.learner.choice(), OrderLearner::Choice::plan);
  rounds.learner.weigh(1.06);
  EXPECT_EQ(pause_of(rounds), 16);
  EXPECT_EQ(rounds.learner.orders().size(), kWorkers);
}

TEST(OrderLearner, PausesTwiceAsLongEachTimeUpTo256Rounds) {
  Rounds rounds(1, true);
  rounds.play(10, kept);
  for (const int pause : {16, 32, 64, 128, 256, 256}) {
    rounds.learner.weigh(2);
    EXPECT_EQ(pause_of(rounds), pause);
  }
}

TEST(OrderLearner, NoGainInFourRoundsIsToldFromOneThatWasSlow) {
  Rounds rounds(2, true);
  rounds.play(10, kept);
  for (int k = 0; k < 3; ++k) {
    rounds.learner.weigh(1.03);
    EXPECT_NE(rounds.learner.choice(), OrderLearner::Choice::plan) << k;
  }
  rounds.learner.weigh(1);
  EXPECT_EQ(rounds.learner.choice(), OrderLearner::Choice::plan);
}

TEST(OrderLearner, EightRoundsThatGainedMakeTheNextPauseAShortOne) {
  for (const int gained : {7, 8}) {
    Rounds rounds(2, true);
    rounds.play(10, kept);
    rounds.learner.weigh(2);
    EXPECT_EQ(pause_of(rounds), 16);
    for (int k = 0; k < gained; ++k) rounds.learner.weigh(.8);
    EXPECT_NE(rounds.learner.choice(), OrderLearner::Choice::plan);
    rounds.learner.weigh(10);
    EXPECT_EQ(pause_of(rounds), gained == 8 ? 16 : 32);
  }
}

TEST(OrderLearner, InTheMiddleOfAPauseItsStateSaysHowLongItLasts) {
  Rounds rounds(2, true);
  rounds.play(10, kept);
  rounds.learner.weigh(2);
  rounds.play(5, kept);
  Rounds other(2, true);
  ASSERT_TRUE(other.learner.restore(rounds.learner.state()));
  other.speeds = rounds.speeds;
  other.learner.prepare(other.speeds);
  EXPECT_EQ(pause_of(other), 11);
  other.learner.weigh(2);
  EXPECT_EQ(pause_of(other), 32);
}

TEST(OrderLearner, IsWhatItsStateSays) {
  Rounds rounds(2, true);
  rounds.play(20, kept);
  Rounds other(2, true);
  ASSERT_TRUE(other.learner.restore(rounds.learner.state()));
  other.learner.prepare(rounds.speeds);
  EXPECT_EQ(other.learner.choice(), rounds.learner.choice());
  EXPECT_EQ(other.learner.orders(), rounds.learner.orders());
  EXPECT_FALSE(other.learner.restore(std::vector<double>(OrderLearner::kStateSize + 1, 0)));
}

}  // namespace
}  // namespace gleaner
