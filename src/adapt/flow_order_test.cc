#include "adapt/flow_order.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "adapt/forecast.h"
#include "adapt/list_order.h"
#include "adapt/round_cases.h"
#include "coding/clairvoyant.h"
#include "support/draws.h"

namespace gleaner {
namespace {

constexpr std::uint64_t kNoLimit = std::numeric_limits<std::uint64_t>::max();
constexpr double kRounding = 1e-12;  // k s against s + .. + s

bool is_close(double x, double y) { return x == y || std::abs(x - y) <= kRounding * y; }

// beyond.md section 1: B2 is the soonest that a placement can be done.
RC_GTEST_PROP(FlowPlanner, AtTheStartOfARoundItEndsAtB2, ()) {
  const std::size_t blocks = test::any_between(1, 3);
  const Assignment a =
      *rc::gen::arbitrary<bool>() ? testing_cases::any_regular() : testing_cases::any_assignment(1, 9);
  const RoundState state = testing_cases::any_round(a, blocks, {.done = false, .in_hand = false});
  std::vector<double> times;
  for (const WorkerState& w : state.workers) times.push_back(w.chunk_time);
  const double bound = Clairvoyant(a, blocks).bounds(times).placed;
  const auto plan = FlowPlanner(a, blocks).plan(state, kNoLimit);
  RC_ASSERT(plan.has_value());
  RC_ASSERT(is_close(plan->until, bound));
  if (std::isinf(bound)) return;
  // Nobody can be sooner, and neither order nor chunks that are left to others make it later.
  RC_ASSERT(is_close(forecast(state, plan->orders, false), bound));
}

RC_GTEST_PROP(FlowPlanner, WithNothingInHandTheOrdersKeepItsWord, ()) {
  const std::size_t blocks = test::any_between(1, 2);
  const Assignment a = testing_cases::any_assignment(2, 9);
  const RoundState state = testing_cases::any_round(a, blocks, {.in_hand = false});
  const auto plan = FlowPlanner(a, blocks).plan(state, kNoLimit);
  RC_ASSERT(plan.has_value());
  if (!std::isinf(plan->until)) {
    RC_ASSERT(forecast(state, plan->orders, false) <= plan->until * (1 + kRounding));
  }
}

RC_GTEST_PROP(FlowPlanner, EverySlotThatCanBeDoneComesOnce, ()) {
  const std::size_t blocks = test::any_between(1, 3);
  const Assignment a = testing_cases::any_assignment(1, 9);
  FlowPlanner planner(a, blocks);
  for (int round = 0; round < 3; ++round) {  // it keeps its memory, and nothing else
    const RoundState state = testing_cases::any_round(a, blocks, {});
    const auto plan = planner.plan(state, kNoLimit);
    RC_ASSERT(plan.has_value());
    RC_ASSERT(testing_cases::deals_out_everything(state, plan->orders));
    const auto again = FlowPlanner(a, blocks).plan(state, kNoLimit);
    RC_ASSERT(again->orders == plan->orders);
    RC_ASSERT(again->until == plan->until);
  }
}

TEST(FlowPlanner, ASearchThatTakesTooLongGivesNothing) {
  const Assignment a = Assignment::regular_graph(12, 12, 4, 1).value();
  RoundState state{&a, 2, std::vector<WorkerState>(12)};
  for (WorkerState& w : state.workers) w.chunk_time = 1;
  FlowPlanner planner(a, 2);
  EXPECT_FALSE(planner.plan(state, 5).has_value());
  EXPECT_TRUE(planner.plan(state, kNoLimit).has_value());
}

TEST(FlowPlanner, WhereNoCoverIsPossibleListDealsOutEverything) {
  const Assignment a = Assignment::cyclic(4, 4, 2).value();
  RoundState state{&a, 2, std::vector<WorkerState>(4)};
  for (std::uint32_t j = 0; j < 4; ++j) state.workers[j].chunk_time = j == 2 ? WorkerState::kNever : 1.0 + j;
  const auto plan = FlowPlanner(a, 2).plan(state, kNoLimit);
  ASSERT_TRUE(plan.has_value());
  EXPECT_EQ(plan->until, WorkerState::kNever);
  EXPECT_EQ(plan->orders, list_orders(state));
}

TEST(FlowPlanner, AWorkerThatIsNearlyThroughGoesOn) {
  // Both hold both chunks; worker 1 has a tenth of chunk 0 to do, and everything else takes 1.
  const Assignment a = Assignment::cyclic(2, 2, 2).value();
  RoundState state{&a, 1, std::vector<WorkerState>(2)};
  state.workers[0].chunk_time = state.workers[1].chunk_time = 1;
  const Slot hand(a.chunk_at(WorkerId(1), Slot(0)) == ChunkId(0) ? 0 : 1);
  state.workers[1].in_hand = hand;
  state.workers[1].remaining = 0.1;
  const auto plan = FlowPlanner(a, 1).plan(state, kNoLimit);
  EXPECT_EQ(plan->until, 1);
  EXPECT_EQ(plan->orders[1].front(), hand);
  EXPECT_EQ(a.chunk_at(WorkerId(0), plan->orders[0].front()), ChunkId(1));
}

}  // namespace
}  // namespace gleaner
