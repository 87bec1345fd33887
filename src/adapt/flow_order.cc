#include "adapt/flow_order.h"

#include <algorithm>
#include <functional>
#include <utility>
#include <vector>

#include "adapt/list_order.h"

namespace gleaner {
namespace {

struct Moment {
  double at;
  std::uint32_t worker;
  bool goes_on;  // this is when its chunk in hand is finished
  auto operator<=>(const Moment&) const = default;
};

// How soon the holders of a chunk other than `self` will have it.
double rate_of_others(const RoundState& state, WorkerId self, Slot s) {
  double rate = 0;
  for (const Assignment::Holder& h : state.assignment->holders_of(state.assignment->chunk_at(self, s))) {
    const WorkerState& w = state.workers[h.worker.index()];
    if (h.worker != self && w.works()) rate += 1 / w.chunk_time;
  }
  return rate;
}

}  // namespace

std::optional<FlowPlanner::Plan> FlowPlanner::plan(const RoundState& state, std::uint64_t steps_max) {
  const std::size_t m = state.workers.size();
  cover_.restart();
  std::vector<Moment> heap;
  for (std::uint32_t j = 0; j < m; ++j) {
    const WorkerState& w = state.workers[j];
    cover_.forbid(WorkerId(j), w.excluded);
    cover_.add_done(WorkerId(j), w.done);
    if (!w.works()) continue;
    heap.push_back({w.in_hand ? w.remaining : w.chunk_time, j, w.in_hand.has_value()});
  }
  std::make_heap(heap.begin(), heap.end(), std::greater<>());
  const auto push = [&](Moment next) {
    heap.push_back(next);
    std::push_heap(heap.begin(), heap.end(), std::greater<>());
  };
  double until = 0;
  while (cover_.missing() > 0 && !heap.empty()) {
    std::pop_heap(heap.begin(), heap.end(), std::greater<>());
    const Moment now = heap.back();
    heap.pop_back();
    const WorkerId j(now.worker);
    const WorkerState& w = state.workers[now.worker];
    if (now.goes_on && !cover_.grow(j, *w.in_hand)) {
      push({w.chunk_time, now.worker, false});  // another of its chunks, from its beginning
      continue;
    }
    if (!now.goes_on && !cover_.grow(j)) continue;  // it cannot help any more
    until = now.at;
    push({now.at + w.chunk_time, now.worker, false});
    if (cover_.steps() > steps_max) return std::nullopt;
  }

  PlacedSoFar placed{SlotOrders(m), std::vector<double>(m, 0), state.copies()};
  for (std::uint32_t j = 0; j < m; ++j) {
    const WorkerState& w = state.workers[j];
    std::vector<std::pair<double, Slot>> mine;
    cover_.chunks_of(WorkerId(j)).for_each([&](Slot s) {
      mine.emplace_back(w.in_hand == s ? -1 : rate_of_others(state, WorkerId(j), s), s);
      ++placed.copies[state.assignment->chunk_at(WorkerId(j), s).index()];
    });
    std::sort(mine.begin(), mine.end());
    for (const auto& [rate, s] : mine) {
      placed.free_at[j] += w.in_hand == s ? w.remaining : w.chunk_time;
      placed.orders[j].push_back(s);
    }
  }
  const bool covers = cover_.missing() == 0;
  return Plan{list_orders(state, std::move(placed)), covers ? until : WorkerState::kNever};
}

}  // namespace gleaner
