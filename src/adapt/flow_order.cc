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

  if (cover_.missing() > 0) return Plan{list_orders(state), WorkerState::kNever};
  return Plan{orders_of_cover(state), until};
}

SlotOrders FlowPlanner::orders_of_cover(const RoundState& state) const {
  const std::size_t m = state.workers.size();
  std::vector<std::uint32_t> copies = state.copies();
  std::vector<SlotSet> dealt;
  dealt.reserve(m);
  for (std::uint32_t j = 0; j < m; ++j) {
    dealt.push_back(cover_.chunks_of(WorkerId(j)));
    dealt[j].for_each([&](Slot s) { ++copies[state.assignment->chunk_at(WorkerId(j), s).index()]; });
  }
  const std::vector<double> rate = state.rates();
  struct Place {
    std::uint32_t group;  // 0: in hand; 1: of the flow; from 2 on: the rest by copies
    double rate;
    Slot slot;
    auto operator<=>(const Place&) const = default;
  };
  SlotOrders orders(m);
  std::vector<Place> places;
  for (std::uint32_t j = 0; j < m; ++j) {
    const WorkerState& w = state.workers[j];
    if (!w.works()) continue;
    places.clear();
    const auto chunks = state.assignment->chunks_of(WorkerId(j));
    for (std::uint32_t k = 0; k < chunks.size(); ++k) {
      const Slot s(k);
      if (w.done.contains(s) || w.excluded.contains(s)) continue;
      const std::size_t i = chunks[k].index();
      const std::uint32_t group = !dealt[j].contains(s) ? 2 + copies[i] : w.in_hand == s ? 0 : 1;
      places.push_back({group, rate[i], s});
    }
    std::sort(places.begin(), places.end());
    orders[j].reserve(places.size());
    for (const Place& p : places) orders[j].push_back(p.slot);
  }
  return orders;
}

}  // namespace gleaner
