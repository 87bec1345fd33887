// Whom to believe, and from when on not any more.
#include <algorithm>
#include <cmath>

#include "adapt/replanner.h"
#include "base/portable_math.h"

namespace gleaner {
namespace {

constexpr double kRecent = 0.2;    // weight of the latest round in the mean
constexpr double kOverdue = 1.2;   // times the longest that the chunk in hand should take: no more counted on
constexpr double kTooSlow = 2;     // the same: not believed for some rounds
constexpr double kSpacing = 1.25;  // times the time since the round began, until the next check

}  // namespace

std::optional<SpeedRange> Replanner::told_range(const WorkerReport& w) const {
  if (!w.works || !(w.elapsed > 0)) return std::nullopt;
  return range_of(w.elapsed, w.parts, options_.parts);
}

// Of whom is not trusted only counts what it has finished by now.
std::optional<SpeedRange> Replanner::range_of_worker(const RoundReport& report, std::size_t j) const {
  const WorkerReport& w = report.workers[j];
  if (w.works && (is_stuck(report, w) || (w.parts < options_.parts && (is_overdue(j) || is_doubted(w, j))))) {
    return SpeedRange{std::max(w.in_hand_for, w.elapsed), WorkerState::kNever};
  }
  if (!w.works || speeds_.trusts(WorkerId(static_cast<std::uint32_t>(j)))) return told_range(w);
  const auto did = static_cast<double>(w.done.count());
  return SpeedRange{report.now / (did + 1), did > 0 ? report.now / did : WorkerState::kNever};
}

bool Replanner::is_doubted(const WorkerReport& w, std::size_t j) const {
  const std::optional<SpeedRange> told = told_range(w);
  return told && speeds_.doubts(WorkerId(static_cast<std::uint32_t>(j)), *told);
}

// It has finished chunks, and is at one for much longer than they took.
bool Replanner::is_stuck(const RoundReport& report, const WorkerReport& w) const {
  if (w.parts < options_.parts || !w.in_hand || w.done.contains(*w.in_hand)) return false;
  const std::optional<SpeedRange> told = told_range(w);
  return told && w.in_hand_for > overdue_after(report, *told, kOverdue);
}

bool Replanner::told_in_vain(const RoundReport& report, std::size_t j) const {
  const WorkerReport& w = report.workers[j];
  if (w.works && !speeds_.trusts(WorkerId(static_cast<std::uint32_t>(j)))) return true;
  return w.parts < options_.parts ? is_overdue(j) || is_doubted(w, j) : is_stuck(report, w);
}

double Replanner::share_told_in_vain(const RoundReport& report) const {
  double there = 0;
  double in_vain = 0;
  for (std::size_t j = 0; j < report.workers.size(); ++j) {
    if (!report.workers[j].works) continue;
    there += 1;
    in_vain += told_in_vain(report, j) ? 1 : 0;
  }
  return in_vain > 0 ? in_vain / there : 0;
}

// Whether it should still have in hand what it had last. Not if that has its copies: it may have been told to
// drop it.
bool Replanner::does(const WorkerReport& w, std::size_t j, const Copies& copies) const {
  return w.in_hand && !w.done.contains(*w.in_hand) && !w.excluded.contains(*w.in_hand) &&
         copies[plan_->assignment().chunk_at(WorkerId(static_cast<std::uint32_t>(j)), *w.in_hand).index()] <
             plan_->blocks();
}

// So many times what it should take at the most, and a hiccup of a scheduler or a network.
double Replanner::overdue_after(const RoundReport& report, const SpeedRange& told, double times) const {
  return times * (told.most + report.messages) + std::max(mean_took_, report.now) / options_.parts;
}

// A chunk that is still in hand though it should have been done: a bit later, and the worker is not counted
// on in this round any more; twice as late, and it is not believed for some. Returns how many more are not
// counted on.
std::size_t Replanner::find_overdue(const RoundReport& report, const Copies& copies) {
  overdue_.resize(report.workers.size(), 0);
  std::size_t more = 0;
  for (std::uint32_t j = 0; j < overdue_.size(); ++j) {
    const WorkerReport& w = report.workers[j];
    const std::optional<SpeedRange> told = told_range(w);
    if (!told || !does(w, j, copies)) continue;
    if (w.in_hand_for > overdue_after(report, *told, kTooSlow)) speeds_.distrust(WorkerId(j));
    if (overdue_[j] != 0 || w.in_hand_for <= overdue_after(report, *told, kOverdue)) continue;
    overdue_[j] = 1;
    ++more;
  }
  return more;
}

// When the first of those that the plan counts on, and that have only told what they can do, must have
// finished what they have in hand; 0: there are none.
double Replanner::next_check(const RoundReport& report, const Copies& copies) const {
  double wait = WorkerState::kNever;
  for (std::size_t j = 0; j < promises_.size(); ++j) {
    const WorkerReport& w = report.workers[j];
    const std::optional<SpeedRange> told = told_range(w);
    const bool counts = promises_[j].chunk_time < WorkerState::kNever &&
                        speeds_.trusts(WorkerId(static_cast<std::uint32_t>(j)));
    if (!told || !counts || w.parts >= options_.parts || is_overdue(j) || !does(w, j, copies)) continue;
    // The hiccup that it is allowed grows with the time of the round.
    const double by_mean = overdue_after(report, *told, kOverdue) - w.in_hand_for;
    wait = std::min(wait, std::max(by_mean * options_.parts / (options_.parts - 1.0), 0.0));
  }
  return std::isinf(wait) ? 0 : std::max(1.001 * (report.now + wait), kSpacing * report.now);
}

void Replanner::remember_first(const RoundReport& report) {
  if (!first_.empty()) return;
  first_.resize(report.workers.size());
  for (std::size_t j = 0; j < first_.size(); ++j) {
    const std::optional<SpeedRange> told = told_range(report.workers[j]);
    if (told && !told->is_open()) first_[j] = {*told, report.workers[j].done.count(), true};
  }
}

// By a chunk that was begun after the first plan.
void Replanner::compare_with_first(const RoundReport& last) {
  double off = 0;
  double compared = 0;
  for (std::size_t j = 0; j < first_.size(); ++j) {
    const WorkerReport& w = last.workers[j];
    const First& first = first_[j];
    const std::size_t more = w.done.count() - std::min(first.done, w.done.count());
    if (!first.counts || !w.works || w.parts < options_.parts || !(w.elapsed > 0)) continue;
    if (more < (first.range.is_exact() ? 1U : 2U)) continue;
    if (!speeds_.trusts(WorkerId(static_cast<std::uint32_t>(j)))) continue;
    compared += 1;
    if (w.elapsed > first.range.most) off += portable::log(w.elapsed / first.range.most);
    if (w.elapsed < first.range.least) off += portable::log(first.range.least / w.elapsed);
  }
  first_.clear();
  if (compared > 0) surprise_ += kRecent * (off / compared - surprise_);
}

// Of those that are there and have shown it; 0: nobody has.
double Replanner::typical_time(const RoundReport& report) const {
  std::vector<double> times;
  for (std::size_t j = 0; j < report.workers.size(); ++j) {
    const WorkerReport& w = report.workers[j];
    if (!w.works || is_overdue(j) || !speeds_.trusts(WorkerId(static_cast<std::uint32_t>(j)))) continue;
    const std::optional<SpeedRange> told = told_range(w);
    times.push_back(told && !told->is_open() ? told->middle() : WorkerState::kNever);
  }
  if (times.empty()) return 0;
  const auto middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
  std::nth_element(times.begin(), middle, times.end());
  return std::isinf(*middle) ? 0 : *middle;
}

// Those that did less than half of what the last plan counted on. Chunks that others finished, and those that
// it was told to leave, speak for it.
void Replanner::find_broken_promises(const RoundReport& report, const Copies& copies) {
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

}  // namespace gleaner
