#include "adapt/order_learner.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "adapt/forecast.h"
#include "adapt/list_order.h"
#include "base/check.h"

namespace gleaner {
namespace {

constexpr double kWeight = 0.15;   // of the latest round in the averages
constexpr double kRoundsMin = 3;   // judged before a learned order is used
constexpr double kGainMin = .02;   // over the plan's own order, in the average
constexpr double kHarm = 1.05;     // the same, in the average of fewer rounds than kWeighed
constexpr double kNoGain = 0.995;  // in the average of so many or more
constexpr double kWeighed = 4;     // rounds
constexpr double kPauseMin = 16;   // rounds with the plan's order
constexpr double kPauseMax = 256;
constexpr std::uint64_t kSteps = 40'000'000;

SlotOrders own_orders(const Plan& plan) {
  SlotOrders own;
  for (std::uint32_t j = 0; j < plan.workers(); ++j) {
    const auto order = plan.ordering().of(WorkerId(j));
    own.emplace_back(order.begin(), order.end());
  }
  return own;
}

}  // namespace

OrderLearner::OrderLearner(std::shared_ptr<const Plan> plan, bool skip)
    : plan_(std::move(plan)), skip_(skip), flow_(plan_->assignment(), plan_->blocks()) {
  candidates_[0] = own_orders(*plan_);
}

double OrderLearner::judge(std::span<const double> chunk_times) {
  GLEANER_CHECK(chunk_times.size() == plan_->workers(), "one chunk time for every worker");
  real_.pause = std::max(real_.pause - 1, 0.0);
  RoundState state{&plan_->assignment(), plan_->blocks(), std::vector<WorkerState>(chunk_times.size())};
  for (std::size_t j = 0; j < chunk_times.size(); ++j) state.workers[j].chunk_time = chunk_times[j];
  const double own = forecast(state, candidates_[0], skip_);
  if (std::isinf(own) || candidates_[1].empty()) return own;  // too few were there, or nothing was expected
  const double weight = std::max(kWeight, 1 / (rounds_ + 1));
  for (std::size_t k = 1; k < kChoices; ++k) {
    const double cost = (candidates_[k].empty() ? own : forecast(state, candidates_[k], skip_)) / own;
    cost_[k] += weight * (cost - cost_[k]);
  }
  cost_[0] = 1;
  rounds_ += 1;
  return own;
}

void OrderLearner::weigh(double cost) {
  Real& r = real_;
  r.rounds += 1;
  r.cost += (cost - r.cost) * std::max(kWeight, 1 / r.rounds);
  if (r.cost < (r.rounds < kWeighed ? kHarm : kNoGain)) {
    if (r.rounds >= 2 * kWeighed) r.longest = 0;
    return;
  }
  const double longest = std::clamp(2 * r.longest, kPauseMin, kPauseMax);
  r = {0, 0, longest, longest};
}

void OrderLearner::prepare(const SpeedBook& speeds) {
  candidates_[1].clear();
  candidates_[2].clear();
  RoundState state{&plan_->assignment(), plan_->blocks(), std::vector<WorkerState>(plan_->workers())};
  bool any = false;
  for (std::uint32_t j = 0; j < state.workers.size(); ++j) {
    const std::optional<double> expected = speeds.expected(WorkerId(j));
    if (expected) state.workers[j].chunk_time = *expected;
    any = any || expected.has_value();
  }
  if (!any) return;
  candidates_[1] = list_orders(state);
  std::optional<FlowPlanner::Plan> flow = flow_.plan(state, kSteps);
  if (flow) candidates_[2] = std::move(flow->orders);
  // Of whom nothing is known does what the plan says.
  for (std::size_t k = 1; k < kChoices; ++k) {
    for (std::size_t j = 0; j < candidates_[k].size(); ++j) {
      if (candidates_[k][j].empty()) candidates_[k][j] = candidates_[0][j];
    }
  }
}

OrderLearner::Choice OrderLearner::choice() const {
  if (rounds_ < kRoundsMin || real_.pause > 0) return Choice::plan;
  std::size_t best = 0;
  for (std::size_t k = 1; k < kChoices; ++k) {
    const double limit = best == 0 ? 1 - kGainMin : cost_[best];
    if (!candidates_[k].empty() && cost_[k] < limit) best = k;
  }
  return static_cast<Choice>(best);
}

const SlotOrders& OrderLearner::orders() const {
  static const SlotOrders kNone;
  const auto chosen = static_cast<std::size_t>(choice());
  return chosen == 0 ? kNone : candidates_[chosen];
}

std::vector<double> OrderLearner::state() const {
  return {rounds_, cost_[0], cost_[1], cost_[2], real_.cost, real_.rounds, real_.pause, real_.longest};
}

bool OrderLearner::restore(std::span<const double> state) {
  if (state.size() != kStateSize) return false;
  rounds_ = state[0];
  for (std::size_t k = 0; k < kChoices; ++k) cost_[k] = state[1 + k];
  real_ = {state[4], state[5], state[6], state[7]};
  return true;
}

}  // namespace gleaner
