#include "adapt/list_order.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <utility>

namespace gleaner {
namespace {

class List {
 public:
  explicit List(const RoundState& state)
      : state_(state),
        copies_(state.copies()),
        rate_(state.rates()),
        left_(state.workers.size()),
        orders_(state.workers.size()) {
    for (std::uint32_t j = 0; j < left_.size(); ++j) {
      const WorkerState& w = state.workers[j];
      if (!w.works()) continue;
      SlotSet left = SlotSet::first(state.assignment->load(WorkerId(j))) - w.done - w.excluded;
      left.for_each([&](Slot s) { left_[j].push_back(s); });
      if (left_[j].empty()) continue;
      const bool goes_on = w.in_hand && left.contains(*w.in_hand);
      heap_.push_back({goes_on ? w.remaining : w.chunk_time, j, goes_on});
    }
    std::make_heap(heap_.begin(), heap_.end(), std::greater<>());
  }

  SlotOrders run() {
    while (!heap_.empty()) {
      std::pop_heap(heap_.begin(), heap_.end(), std::greater<>());
      const Turn turn = heap_.back();
      heap_.pop_back();
      const std::uint32_t j = turn.worker;
      std::size_t best = best_of(j);
      if (turn.goes_on) {
        const Slot hand = *state_.workers[j].in_hand;
        if (copies(j, hand) > copies(j, left_[j][best])) {  // another is worth beginning anew
          push({state_.workers[j].chunk_time, j, false});
          continue;
        }
        best = static_cast<std::size_t>(std::find(left_[j].begin(), left_[j].end(), hand) - left_[j].begin());
      }
      place(j, best);
      if (!left_[j].empty()) push({turn.at + state_.workers[j].chunk_time, j, false});
    }
    return std::move(orders_);
  }

 private:
  struct Turn {
    double at;
    std::uint32_t worker;
    bool goes_on;  // with the chunk in hand
    auto operator<=>(const Turn&) const = default;
  };

  void push(Turn turn) {
    heap_.push_back(turn);
    std::push_heap(heap_.begin(), heap_.end(), std::greater<>());
  }
  [[nodiscard]] std::size_t chunk_of(std::uint32_t j, Slot s) const {
    return state_.assignment->chunk_at(WorkerId(j), s).index();
  }
  [[nodiscard]] std::uint32_t copies(std::uint32_t j, Slot s) const { return copies_[chunk_of(j, s)]; }

  [[nodiscard]] std::size_t best_of(std::uint32_t j) const {
    std::size_t best = 0;
    for (std::size_t k = 1; k < left_[j].size(); ++k) {
      const std::size_t i = chunk_of(j, left_[j][k]);
      const std::size_t b = chunk_of(j, left_[j][best]);
      const bool fewer = copies_[i] < copies_[b];
      if (fewer || (copies_[i] == copies_[b] && rate_[i] < rate_[b])) best = k;
    }
    return best;
  }

  void place(std::uint32_t j, std::size_t k) {
    const Slot s = left_[j][k];
    left_[j].erase(left_[j].begin() + static_cast<std::ptrdiff_t>(k));  // stays ascending
    orders_[j].push_back(s);
    ++copies_[chunk_of(j, s)];
  }

  const RoundState& state_;
  std::vector<std::uint32_t> copies_;
  std::vector<double> rate_;
  std::vector<std::vector<Slot>> left_;
  SlotOrders orders_;
  std::vector<Turn> heap_;
};

}  // namespace

SlotOrders list_orders(const RoundState& state) { return List(state).run(); }

}  // namespace gleaner
