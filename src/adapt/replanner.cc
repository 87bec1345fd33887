#include "adapt/replanner.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "adapt/forecast.h"
#include "adapt/list_order.h"
#include "base/check.h"

namespace gleaner {
namespace {

constexpr double kRecent = 0.2;    // weight of the latest round in the mean
constexpr double kListenAt = 0.9;  // of the time at which a worker of use has done its first part
constexpr double kUntold = 1.5;    // open ranges: so many times their middle
constexpr double kTooEarly = 1.2;  // a plan that asks for a listening so much later is not told yet
constexpr double kDropMax = 0.25;  // of what is left of the round: more is not thrown away
constexpr double kDoubtful =
    0.5;  // of the share of workers that are not believed: so much more must orders gain
constexpr double kMessages = 1.5;      // round trips on the way to the end of a round
constexpr double kLonger = 1.3;        // times what a chunk has taken so far, where nothing else is known
constexpr double kLongRound = 2;       // times the mean that a single round can count for in it
constexpr double kSurprising = 0.15;   // log: beyond it a worker's chunks say too little about its next ones
constexpr double kBrokenShare = 0.25;  // of the workers that were counted on: more broken, and it falls back

}  // namespace

Replanner::Replanner(std::shared_ptr<const Plan> plan, ReplanOptions options)
    : plan_(std::move(plan)),
      options_(options),
      flow_(plan_->assignment(), plan_->blocks()),
      speeds_(plan_->workers()) {
  GLEANER_CHECK(options_.parts >= 1, "reports in at least one part");
}

double Replanner::listen_after() const { return kListenAt * mean_took_ / options_.parts; }

Replanner::Copies Replanner::copies_in(const RoundReport& report) const {
  RoundState state{&plan_->assignment(), plan_->blocks(), std::vector<WorkerState>(report.workers.size())};
  for (std::size_t j = 0; j < report.workers.size(); ++j) state.workers[j].done = report.workers[j].done;
  return state.copies();
}

RoundState Replanner::state_from(const RoundReport& report) const {
  RoundState state{&plan_->assignment(), plan_->blocks(), std::vector<WorkerState>(report.workers.size())};
  const double typical = typical_time(report);
  for (std::uint32_t j = 0; j < report.workers.size(); ++j) {
    const WorkerReport& r = report.workers[j];
    WorkerState& w = state.workers[j];
    w.done = r.done;
    w.excluded = r.excluded;
    if (!r.works) continue;
    SpeedRange range = range_of_worker(report, j).value_or(SpeedRange{});
    if (range.least < r.in_hand_for) range.least = std::min(r.in_hand_for, range.most);
    if (range.least <= 0) range.least = report.now;  // it has shown nothing at all
    w.chunk_time = speeds_.guess(WorkerId(j), range);
    const double usual = speeds_.expected(WorkerId(j)).value_or(typical);
    if (range.is_open() && usual > 0 && told_in_vain(report, j)) {
      w.chunk_time = std::max(usual, kLonger * range.least);
    } else if (range.is_open()) {
      w.chunk_time = std::max(w.chunk_time, kUntold * range.middle());
    }
    if (!r.in_hand || r.done.contains(*r.in_hand) || r.excluded.contains(*r.in_hand)) continue;
    w.in_hand = r.in_hand;
    w.remaining = std::max(w.chunk_time - r.in_hand_for, w.chunk_time / (2 * options_.parts));
  }
  return state;
}

Replanner::Decision Replanner::fall_back(const RoundReport& report) {
  fallen_back_ = true;

  Decision d;
  d.fell_back = true;
  d.orders.emplace(report.workers.size());
  for (std::uint32_t j = 0; j < report.workers.size(); ++j) {
    const auto order = plan_->ordering().of(WorkerId(j));
    if (report.workers[j].works) (*d.orders)[j].assign(order.begin(), order.end());
  }
  return d;
}

void Replanner::promise(const RoundReport& report, const RoundState& state) {
  promises_.assign(report.workers.size(), Promise{});
  for (std::size_t j = 0; j < promises_.size(); ++j) {
    const std::optional<SpeedRange> range = range_of_worker(report, j);
    if (!range || range->is_open() || !speeds_.trusts(WorkerId(static_cast<std::uint32_t>(j)))) continue;
    promises_[j] = {state.workers[j].chunk_time, report.workers[j].done.count(), report.now};
  }
}

// What is in hand is dropped only where that loses little of it, by the server's own clock; and not at all
// where nobody knows how much of it is done. True if orders changed.
bool Replanner::keep_in_hand(const RoundReport& report, const Copies& copies, double left,
                             SlotOrders& orders) const {
  bool changed = false;
  for (std::size_t j = 0; j < orders.size(); ++j) {
    const WorkerReport& w = report.workers[j];
    std::vector<Slot>& order = orders[j];
    if (order.empty() || !does(w, j, copies) || order.front() == *w.in_hand) continue;
    if (w.in_hand_for <= kDropMax * left && !told_in_vain(report, j)) continue;
    const auto at = std::find(order.begin(), order.end(), *w.in_hand);
    if (at == order.end()) {
      order.insert(order.begin(), *w.in_hand);
    } else {
      std::rotate(order.begin(), at, at + 1);
    }
    changed = true;
  }
  return changed;
}

Replanner::Decision Replanner::decide(const RoundReport& report) {
  GLEANER_CHECK(report.workers.size() == plan_->workers() && report.now > 0, "a report of all workers");
  if (fallen_back_) return {};
  const Copies copies = copies_in(report);
  const std::size_t overdue = find_overdue(report, copies);
  if (report.check && overdue == 0) {
    Decision d;
    d.until = until_;
    d.check = next_check(report, copies);
    return d;
  }
  ++listenings_;
  remember_first(report);
  if (!promises_.empty()) {
    if (report.late) find_broken_promises(report, copies);
    const std::size_t broken = count_found_out();
    const auto counted_on = std::count_if(promises_.begin(), promises_.end(), [](const Promise& p) {
      return p.chunk_time < WorkerState::kNever;
    });
    if (static_cast<double>(broken) > kBrokenShare * static_cast<double>(counted_on))
      return fall_back(report);
  }

  const bool may_tell = mean_took_ == 0 || worth_.may_tell() || told_;
  const bool may_try = !may_tell && worth_.may_try() && !trial_;
  if (surprise_ >= kSurprising || (!may_tell && !may_try)) return {};
  return plan_rest(report, copies, may_tell);
}

// `tells`: or only tries.
Replanner::Decision Replanner::plan_rest(const RoundReport& report, const Copies& copies, bool tells) {
  const RoundState state = state_from(report);
  SlotOrders present;
  for (const WorkerReport& w : report.workers) present.emplace_back(w.order.begin(), w.order.end());
  std::optional<FlowPlanner::Plan> flow = flow_.plan(state, options_.flow_steps_max);
  const bool covers = flow && flow->until < WorkerState::kNever;
  SlotOrders next = flow ? std::move(flow->orders) : list_orders(state);
  double lasts = covers ? flow->until : forecast(state, next, true);
  if (keep_in_hand(report, copies, lasts, next)) lasts = forecast(state, next, true);
  lasts += options_.planning;

  Decision d;
  d.by_flow = covers;
  const double gain_min = options_.gain_min + kDoubtful * share_told_in_vain(report);
  const double lasts_now = forecast(state, present, true, lasts / (1 - gain_min));
  d.listen_again = listen_again(report, std::min(lasts, lasts_now));
  const bool worth = !std::isinf(lasts) && lasts < lasts_now * (1 - gain_min) && d.listen_again == 0;
  if (worth && tells) {
    for (std::size_t j = 0; j < next.size(); ++j) {
      if (next[j] == present[j]) next[j].clear();
    }
    d.orders = std::move(next);
    told_ = true;
    promise(report, state);
  } else if (worth) {
    trial_.emplace(Trial{report.now, state, std::move(present), std::move(next), {}});
    for (const WorkerReport& w : report.workers) trial_->in_hand_for.push_back(w.in_hand ? w.in_hand_for : 0);
  }
  d.until = until_ = report.now + (d.orders ? lasts : lasts_now);
  d.check = next_check(report, copies);
  return d;
}

// Where somebody has not shown its first part yet, when that should be there if it is of use.
double Replanner::listen_again(const RoundReport& report, double left) const {
  bool open = false;
  for (std::size_t j = 0; j < report.workers.size(); ++j) {
    const auto range = range_of_worker(report, j);
    open = open || (report.workers[j].works && (!range || range->is_open()));
  }
  if (!open || listenings_ >= options_.listenings_max) return 0;
  const double shown_by = (report.now + left) / options_.parts;
  const double at = std::isinf(left) ? 4 * report.now : std::min(shown_by, 16 * report.now);
  return at < kTooEarly * report.now ? 0 : at;
}

std::vector<double> Replanner::chunk_times(const RoundReport& report) {
  (void)find_overdue(report, copies_in(report));  // they have shown to be slower than they told
  std::vector<double> times;
  for (const WorkerState& w : state_from(report).workers) times.push_back(w.chunk_time);
  return times;
}

// What orders would have cost that were worked out and not told, at the speeds that the round has shown
// since.
double Replanner::cost_of_trial(const RoundReport& last) {
  RoundState state = trial_->state;
  const std::vector<double> times = chunk_times(last);
  for (std::size_t j = 0; j < times.size(); ++j) {
    WorkerState& w = state.workers[j];
    if (std::isinf(w.chunk_time) || std::isinf(times[j])) {
      w.chunk_time = WorkerState::kNever;
      continue;
    }
    w.remaining = std::max(times[j] - trial_->in_hand_for[j], times[j] / (2 * options_.parts));
    w.chunk_time = times[j];
  }
  const double without = forecast(state, trial_->present, true);
  const double with = forecast(state, trial_->orders, true);
  return std::isinf(without) ? 1 : (trial_->now + options_.planning + with) / (trial_->now + without);
}

void Replanner::end_round(double took, const RoundReport& last, double without_orders) {
  const bool is_first = mean_took_ == 0;
  // One round that takes a thousand times as long says nothing about the next.
  mean_took_ =
      mean_took_ == 0 ? took : mean_took_ + kRecent * (std::min(took, kLongRound * mean_took_) - mean_took_);
  std::vector<std::optional<SpeedRange>> seen;
  for (std::size_t j = 0; j < last.workers.size(); ++j) seen.push_back(range_of_worker(last, j));
  compare_with_first(last);
  speeds_.add_round(seen);
  if (trial_) {
    worth_.weigh(cost_of_trial(last));
  } else if (told_ && !is_first && !std::isinf(without_orders)) {
    worth_.weigh(took / (without_orders + kMessages * last.messages));
  }
  worth_.end_round();
  trial_.reset();
  told_ = false;
  listenings_ = 0;
  fallen_back_ = false;
  promises_.clear();
  overdue_.clear();
}

std::vector<double> Replanner::state() const {
  std::vector<double> numbers = speeds_.state();
  numbers.push_back(mean_took_);
  numbers.push_back(surprise_);
  for (const double x : worth_.state()) numbers.push_back(x);
  return numbers;
}

bool Replanner::restore(std::span<const double> state) {
  constexpr std::size_t kOwn = 2 + OrderWorth::kStateSize;
  if (state.size() < kOwn || !speeds_.restore(state.first(state.size() - kOwn))) return false;
  const auto own = state.last(kOwn);
  mean_took_ = own[0];
  surprise_ = own[1];
  worth_.restore(own.subspan(2));
  return true;
}

}  // namespace gleaner
