#include "work/replan_desk.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>

#include "adapt/own_clock.h"
#include "base/check.h"

namespace gleaner {
namespace {

ReplanOptions options_with(Duration planning) {
  ReplanOptions options;
  options.parts = kChunkParts;
  options.planning = seconds(planning);
  return options;
}

constexpr std::size_t kLearnsMax = 20'000;  // workers: with more no orders are learned
constexpr std::uint64_t kSeldom = 8;        // rounds: so often their orders are weighed

// Nothing comes later than this: a forecast of never is no time.
constexpr double kSecondsMax = 1e9;

Duration duration_of(double s) { return s > 0 && s < kSecondsMax ? from_seconds(s) : Duration::zero(); }

}  // namespace

ReplanDesk::ReplanDesk(std::shared_ptr<const Plan> plan, const ServerOptions& options, Duration planning)
    : plan_(std::move(plan)),
      replanner_(plan_, options_with(planning)),
      learner_(plan_, options.policy != Policy::fixed) {}

BeginRound ReplanDesk::begin_round(RoundId round) {
  BeginRound begin{round};
  begin.listen_after = duration_of(replanner_.listen_after());
  for (const std::vector<Slot>& order : learner_.orders()) {
    begin.orders.push_back(std::make_shared<const std::vector<Slot>>(order));
  }
  return begin;
}

RoundReport ReplanDesk::report_of(Time now, const RoundKnowledge& known) const {
  RoundReport report;
  report.now = std::max(seconds(now - known.began), 1e-9);
  report.workers.reserve(known.workers.size());
  for (std::uint32_t j = 0; j < known.workers.size(); ++j) {
    const RoundKnowledge::Worker& k = known.workers[j];
    WorkerReport w;
    w.works = k.works;
    w.done = k.done;
    w.excluded = k.rejected;
    w.elapsed = seconds(k.pace.elapsed);
    w.parts = k.pace.parts;
    w.in_hand = k.in_hand;
    w.in_hand_for = k.in_hand ? std::max(seconds(now - k.in_hand_since), 0.0) : 0;
    w.order = k.order ? std::span<const Slot>(*k.order) : plan_->ordering().of(WorkerId(j));
    const auto since_start = [&](Time t) { return std::max(seconds(t - known.began), 0.0); };
    w.seen = {since_start(k.seen.heard), since_start(k.seen.last_finished), since_start(k.seen.busy_since),
              seconds(k.seen.took_least), seconds(k.seen.took_most)};
    if (k.seen.messages) w.seen.messages = seconds(*k.seen.messages);
    report.workers.push_back(std::move(w));
  }
  correct_by_own_clock(report, kChunkParts);
  return report;
}

OrdersReady ReplanDesk::answer(Time now, const Replan& question) {
  RoundReport report = report_of(now, *question.known);
  report.late = question.late;
  report.check = question.check;
  Replanner::Decision decision = replanner_.decide(report);
  OrdersReady ready;
  ready.stamp = question.known->stamp;
  ready.serial = question.serial;
  ready.listen_again = duration_of(decision.listen_again);
  ready.until = duration_of(decision.until);
  ready.check = duration_of(decision.check);
  ready.fell_back = decision.fell_back;
  if (!decision.orders) return ready;
  ready.orders.resize(decision.orders->size());
  for (std::size_t j = 0; j < ready.orders.size(); ++j) {
    std::vector<Slot>& order = (*decision.orders)[j];
    if (!order.empty()) ready.orders[j] = std::make_shared<const std::vector<Slot>>(std::move(order));
  }
  return ready;
}

void ReplanDesk::learn(Time now, const RoundShown& shown) {
  const RoundReport report = report_of(now, *shown.known);
  // In the largest clusters that would cost more than planning itself; now and then it is affordable.
  const bool large = plan_->workers() > kLearnsMax;
  if (large && shown.known->stamp.round.value % kSeldom != 0) return replanner_.end_round(report.now, report);
  const bool learned = learner_.choice() != OrderLearner::Choice::plan;  // with which the round began
  const double in_own_order = learner_.judge(replanner_.chunk_times(report));
  if (learned && !replanner_.has_told() && !std::isinf(in_own_order)) {
    learner_.weigh(report.now / (in_own_order + report.messages));
  }
  replanner_.end_round(report.now, report, in_own_order);
  if (!large) learner_.prepare(replanner_.speeds());
}

std::vector<double> ReplanDesk::state() const {
  std::vector<double> numbers = replanner_.state();
  const std::vector<double> learned = learner_.state();
  numbers.insert(numbers.end(), learned.begin(), learned.end());
  return numbers;
}

std::size_t ReplanDesk::state_size(std::size_t workers) {
  return Replanner::state_size(workers) + OrderLearner::kStateSize;
}

void ReplanDesk::restore(std::span<const double> state) {
  GLEANER_CHECK(state.size() == state_size(plan_->workers()), "what such a desk has learned");
  const std::size_t replanners = Replanner::state_size(plan_->workers());
  const bool fits =
      replanner_.restore(state.first(replanners)) && learner_.restore(state.subspan(replanners));
  GLEANER_CHECK(fits, "what such a desk has learned");
  if (plan_->workers() <= kLearnsMax) learner_.prepare(replanner_.speeds());
}

}  // namespace gleaner
