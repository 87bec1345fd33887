#include "work/replay_round.h"

#include <algorithm>
#include <functional>
#include <optional>

#include "adapt/forecast.h"
#include "adapt/list_order.h"

namespace gleaner {

RoundReplay::RoundReplay(std::shared_ptr<const Plan> plan, const ServerOptions& options)
    : plan_(std::move(plan)),
      blocks_(plan_->blocks()),
      enough_(blocks_ + options.margin),
      policy_(plan_->method() == Method::partial ? options.policy : Policy::fixed),
      whole_(plan_->method() == Method::original),
      start_{&plan_->assignment(), blocks_, std::vector<WorkerState>(plan_->workers())},
      flow_(plan_->assignment(), blocks_) {
  for (std::uint32_t w = 0; w < plan_->workers(); ++w) {
    first_.push_back(static_cast<std::uint32_t>(place_.size()));
    const std::span<const Slot> order = plan_->ordering().of(WorkerId(w));
    place_.resize(place_.size() + order.size());
    for (std::uint32_t p = 0; p < order.size(); ++p) place_[first_[w] + order[p].index()] = p;
  }
}

Duration RoundReplay::run(std::span<const Duration> times) {
  switch (policy_) {
    case Policy::fixed: return fixed(times);
    case Policy::skip: return skipping(times);
    case Policy::replan: return replanning(times);
  }
  return kNever;
}

// The l-th copy of the chunk that gets it last.
Duration RoundReplay::fixed(std::span<const Duration> times) {
  const Assignment& a = plan_->assignment();
  Duration last{};
  for (std::uint32_t c = 0; c < a.chunks(); ++c) {
    copies_.clear();
    for (const Assignment::Holder& h : a.holders_of(ChunkId(c))) {
      const Duration each = times[h.worker.index()];
      if (each == kNever) continue;
      const std::size_t chunks =
          whole_ ? a.load(h.worker) : place_[first_[h.worker.index()] + h.slot.index()] + 1;
      copies_.push_back(each * static_cast<std::int64_t>(chunks));
    }
    if (copies_.size() < blocks_) return kNever;
    const auto nth = copies_.begin() + static_cast<std::ptrdiff_t>(blocks_ - 1);
    std::nth_element(copies_.begin(), nth, copies_.end());
    last = std::max(last, *nth);
  }
  return last;
}

// A chunk that has enough copies is not begun any more; whoever is at it is stopped. It stays so: copies
// never become fewer here.
void RoundReplay::take_next(std::uint32_t worker, Duration now, Duration takes) {
  const std::span<const Slot> order = plan_->ordering().of(WorkerId(worker));
  Worker& w = workers_[worker];
  ++w.serial;
  w.busy = false;
  while (w.next < order.size() &&
         count_[plan_->assignment().chunk_at(WorkerId(worker), order[w.next]).index()] >= enough_) {
    ++w.next;
  }
  if (w.next == order.size()) return;
  w.busy = true;
  due_.push_back({now + takes, worker, w.serial});
  std::push_heap(due_.begin(), due_.end(), std::greater<>());
}

Duration RoundReplay::skipping(std::span<const Duration> times) {
  const Assignment& a = plan_->assignment();
  count_.assign(a.chunks(), 0);
  workers_.assign(a.workers(), Worker{});
  due_.clear();
  std::vector<ChunkId> full;
  std::vector<std::uint32_t> free;
  const auto in_hand = [&](std::uint32_t w) {
    return a.chunk_at(WorkerId(w), plan_->ordering().of(WorkerId(w))[workers_[w].next]);
  };
  for (std::uint32_t w = 0; w < a.workers(); ++w) {
    if (times[w] != kNever) take_next(w, Duration{}, times[w]);
  }
  for (std::size_t missing = a.chunks(); !due_.empty();) {
    const Duration now = due_.front().at;
    full.clear();
    free.clear();
    while (!due_.empty() && due_.front().at == now) {  // all that is finished at this moment, then the news
      const Due d = due_.front();
      std::pop_heap(due_.begin(), due_.end(), std::greater<>());
      due_.pop_back();
      if (d.serial != workers_[d.worker].serial) continue;
      const ChunkId done = in_hand(d.worker);
      ++workers_[d.worker].next;
      workers_[d.worker].busy = false;
      free.push_back(d.worker);
      const std::uint32_t copies = ++count_[done.index()];
      missing -= copies == blocks_ ? 1 : 0;
      if (copies == enough_) full.push_back(done);
    }
    if (missing == 0) return now;
    for (const ChunkId chunk : full) {
      for (const Assignment::Holder& h : a.holders_of(chunk)) {
        const std::uint32_t w = h.worker.value;
        if (workers_[w].busy && in_hand(w) == chunk) free.push_back(w), workers_[w].busy = false;
      }
    }
    for (const std::uint32_t w : free) take_next(w, now, times[w]);
  }
  return kNever;
}

Duration RoundReplay::replanning(std::span<const Duration> times) {
  constexpr std::uint64_t kFlowStepsMax = 1'000'000;  // beyond it LIST alone, so that a replay stays cheap
  constexpr Duration kShortest(1);                    // plans want times above 0
  for (std::size_t w = 0; w < times.size(); ++w) {
    start_.workers[w].chunk_time =
        times[w] == kNever ? WorkerState::kNever : seconds(std::max(times[w], kShortest));
  }
  const std::optional<FlowPlanner::Plan> plan = flow_.plan(start_, kFlowStepsMax);
  const double end = forecast(start_, plan ? plan->orders : list_orders(start_), true);
  return end < WorkerState::kNever ? from_seconds(end) : kNever;
}

}  // namespace gleaner
