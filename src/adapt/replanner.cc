#include "adapt/replanner.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "adapt/forecast.h"
#include "adapt/list_order.h"
#include "base/check.h"

namespace gleaner {
namespace {

constexpr double kRecent = 0.2;        // weight of the latest round in the mean
constexpr double kListenAt = 0.9;      // of the time at which a worker of use has done its first part
constexpr double kUntold = 1.5;        // open ranges: so many times their middle
constexpr double kTooEarly = 1.2;      // a plan that asks for a listening so much later is not told yet
constexpr double kTooLong = 1.05;      // of the time since the round began: no attempt lasts longer
constexpr double kTooSlow = 2;         // times the longest that the chunk in hand should take
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

std::optional<SpeedRange> Replanner::told_range(const WorkerReport& w) const {
  if (!w.works || !(w.elapsed > 0)) return std::nullopt;
  return range_of(w.elapsed, w.parts, options_.parts);
}

// Of whom is not trusted only counts what it has finished by now.
std::optional<SpeedRange> Replanner::range_of_worker(const RoundReport& report, std::size_t j) const {
  const WorkerReport& w = report.workers[j];
  if (!w.works || speeds_.trusts(WorkerId(static_cast<std::uint32_t>(j)))) return told_range(w);
  const auto did = static_cast<double>(w.done.count());
  return SpeedRange{report.now / (did + 1), did > 0 ? report.now / did : WorkerState::kNever};
}

// An attempt that lasted longer than the round has; a chunk that is still in hand though it should have been
// done twice by now. One that has its copies does not count: it may have been told to drop it.
void Replanner::find_contradictions(const RoundReport& report) {
  const std::vector<std::uint32_t> copies = copies_in(report);
  const double hiccup = std::max(mean_took_, report.now) / options_.parts;  // of a scheduler or a network
  for (std::uint32_t j = 0; j < report.workers.size(); ++j) {
    const WorkerReport& w = report.workers[j];
    const std::optional<SpeedRange> told = told_range(w);
    if (!told) continue;
    const bool doing =
        w.in_hand && !w.done.contains(*w.in_hand) && !w.excluded.contains(*w.in_hand) &&
        copies[plan_->assignment().chunk_at(WorkerId(j), *w.in_hand).index()] < plan_->blocks();
    const bool too_long = w.elapsed > kTooLong * report.now;
    const bool too_slow = doing && w.in_hand_for > kTooSlow * told->most + hiccup;
    if (too_long || too_slow) speeds_.distrust(WorkerId(j));
  }
}

std::vector<std::uint32_t> Replanner::copies_in(const RoundReport& report) const {
  RoundState state{&plan_->assignment(), plan_->blocks(), std::vector<WorkerState>(report.workers.size())};
  for (std::size_t j = 0; j < report.workers.size(); ++j) state.workers[j].done = report.workers[j].done;
  return state.copies();
}

RoundState Replanner::state_from(const RoundReport& report) const {
  RoundState state{&plan_->assignment(), plan_->blocks(), std::vector<WorkerState>(report.workers.size())};
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
    if (range.is_open()) w.chunk_time = std::max(w.chunk_time, kUntold * range.middle());
    if (!r.in_hand || r.done.contains(*r.in_hand) || r.excluded.contains(*r.in_hand)) continue;
    w.in_hand = r.in_hand;
    w.remaining = std::max(w.chunk_time - r.in_hand_for, w.chunk_time / (2 * options_.parts));
  }
  return state;
}

// Those that did less than half of what the last plan counted on. Chunks that others finished, and those that
// it was told to leave, speak for it.
void Replanner::find_broken_promises(const RoundReport& report) {
  const std::vector<std::uint32_t> copies = copies_in(report);
  for (std::uint32_t j = 0; j < promises_.size(); ++j) {
    const Promise& p = promises_[j];
    const WorkerReport& r = report.workers[j];
    if (!r.works || p.chunk_time == WorkerState::kNever) continue;
    std::size_t did = r.done.count() - std::min(p.done, r.done.count()) + 1;  // and the one in hand
    bool idle = true;
    for (const Slot s : r.order) {
      if (r.done.contains(s)) continue;
      const bool covered = copies[plan_->assignment().chunk_at(WorkerId(j), s).index()] >= plan_->blocks();
      did += covered ? 1 : 0;
      idle = idle && covered;
    }
    const double could = std::floor((report.now - p.since) / p.chunk_time);
    if (idle || could < 2 || static_cast<double>(did) >= could / 2) continue;
    speeds_.distrust(WorkerId(j));
  }
}

// Of those that the last plan counted on, since they were trusted then.
std::size_t Replanner::count_found_out() const {
  std::size_t found_out = 0;
  for (std::uint32_t j = 0; j < promises_.size(); ++j) {
    const bool counted_on = promises_[j].chunk_time < WorkerState::kNever;
    found_out += counted_on && !speeds_.trusts(WorkerId(j)) ? 1 : 0;
  }
  return found_out;
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

Replanner::Decision Replanner::decide(const RoundReport& report) {
  GLEANER_CHECK(report.workers.size() == plan_->workers() && report.now > 0, "a report of all workers");
  if (fallen_back_) return {};
  ++listenings_;
  find_contradictions(report);
  if (!promises_.empty()) {
    if (report.late) find_broken_promises(report);
    const std::size_t broken = count_found_out();
    const auto counted_on = std::count_if(promises_.begin(), promises_.end(), [](const Promise& p) {
      return p.chunk_time < WorkerState::kNever;
    });
    if (static_cast<double>(broken) > kBrokenShare * static_cast<double>(counted_on))
      return fall_back(report);
  }

  const RoundState state = state_from(report);
  SlotOrders present;
  for (const WorkerReport& w : report.workers) present.emplace_back(w.order.begin(), w.order.end());
  std::optional<FlowPlanner::Plan> flow = flow_.plan(state, options_.flow_steps_max);
  const bool covers = flow && flow->until < WorkerState::kNever;
  SlotOrders next = flow ? std::move(flow->orders) : list_orders(state);

  Decision d;
  d.by_flow = covers;
  const double lasts = options_.planning + (covers ? flow->until : forecast(state, next, true));
  const double lasts_now = forecast(state, present, true, lasts / (1 - options_.gain_min));
  bool open = false;
  for (std::size_t j = 0; j < report.workers.size(); ++j) {
    const auto range = range_of_worker(report, j);
    open = open || (report.workers[j].works && (!range || range->is_open()));
  }
  const double best = std::min(lasts, lasts_now);
  if (open && listenings_ < options_.listenings_max) {
    const double shown_by = (report.now + best) / options_.parts;
    d.listen_again = std::isinf(best) ? 4 * report.now : std::min(shown_by, 16 * report.now);
    if (d.listen_again < 1.2 * report.now) d.listen_again = 0;
  }
  const bool too_early = d.listen_again > kTooEarly * report.now;
  const bool worth = !std::isinf(lasts) && lasts < lasts_now * (1 - options_.gain_min);
  if (worth && !too_early) {
    for (std::size_t j = 0; j < next.size(); ++j) {
      if (next[j] == present[j]) next[j].clear();
    }
    d.orders = std::move(next);
    promise(report, state);
  }
  d.until = report.now + (d.orders ? lasts : lasts_now);
  return d;
}

std::vector<double> Replanner::chunk_times(const RoundReport& report) const {
  std::vector<double> times;
  for (const WorkerState& w : state_from(report).workers) times.push_back(w.chunk_time);
  return times;
}

void Replanner::end_round(double took, const RoundReport& last) {
  mean_took_ = mean_took_ == 0 ? took : mean_took_ + kRecent * (took - mean_took_);
  std::vector<std::optional<SpeedRange>> seen;
  find_contradictions(last);
  for (std::size_t j = 0; j < last.workers.size(); ++j) seen.push_back(range_of_worker(last, j));
  speeds_.add_round(seen);
  listenings_ = 0;
  fallen_back_ = false;
  promises_.clear();
}

std::vector<double> Replanner::state() const {
  std::vector<double> numbers = speeds_.state();
  numbers.push_back(mean_took_);
  return numbers;
}

bool Replanner::restore(std::span<const double> state) {
  if (state.empty() || !speeds_.restore(state.first(state.size() - 1))) return false;
  mean_took_ = state.back();
  return true;
}

}  // namespace gleaner
