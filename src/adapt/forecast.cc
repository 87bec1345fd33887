#include "adapt/forecast.h"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <utility>

#include "base/check.h"

namespace gleaner {
namespace {

class Play {
 public:
  Play(const RoundState& state, const SlotOrders& orders, bool skip)
      : state_(state),
        assignment_(*state.assignment),
        orders_(orders),
        skip_(skip),
        copies_(state.copies()),
        missing_(state.missing()),
        next_(orders.size(), 0),
        hand_(orders.size()),
        serial_(orders.size(), 0) {}

  double run(double limit) {
    if (missing_ == 0) return 0;
    for (std::uint32_t j = 0; j < orders_.size(); ++j) begin(j, 0, true);
    while (!heap_.empty()) {
      std::pop_heap(heap_.begin(), heap_.end(), std::greater<>());
      const Finish f = heap_.back();
      heap_.pop_back();
      if (f.at > limit) break;
      if (f.serial != serial_[f.worker]) continue;  // it was dropped
      const std::uint32_t chunk = chunk_of(f.worker, *hand_[f.worker]);
      hand_[f.worker].reset();
      if (++copies_[chunk] <= state_.blocks && --missing_ == 0) return f.at;
      if (skip_ && copies_[chunk] == state_.blocks) drop(ChunkId(chunk), f.at);
      begin(f.worker, f.at, false);
    }
    return WorkerState::kNever;
  }

 private:
  struct Finish {
    double at;
    std::uint32_t worker;
    std::uint32_t serial;
    auto operator<=>(const Finish&) const = default;
  };

  [[nodiscard]] std::uint32_t chunk_of(std::uint32_t j, Slot s) const {
    return assignment_.chunk_at(WorkerId(j), s).value;
  }

  void begin(std::uint32_t j, double now, bool at_start) {
    const WorkerState& w = state_.workers[j];
    if (!w.works()) return;
    for (; next_[j] < orders_[j].size(); ++next_[j]) {
      const Slot s = orders_[j][next_[j]];
      if (w.done.contains(s) || w.excluded.contains(s)) continue;
      if (skip_ && copies_[chunk_of(j, s)] >= state_.blocks) continue;
      ++next_[j];
      hand_[j] = s;
      const double takes = at_start && w.in_hand == s ? w.remaining : w.chunk_time;
      heap_.push_back({now + takes, j, ++serial_[j]});
      std::push_heap(heap_.begin(), heap_.end(), std::greater<>());
      return;
    }
  }

  void drop(ChunkId chunk, double now) {
    for (const Assignment::Holder& h : assignment_.holders_of(chunk)) {
      const std::uint32_t j = h.worker.value;
      if (hand_[j] != h.slot) continue;
      hand_[j].reset();
      ++serial_[j];
      begin(j, now, false);
    }
  }

  const RoundState& state_;
  const Assignment& assignment_;
  const SlotOrders& orders_;
  bool skip_;
  std::vector<std::uint32_t> copies_;
  std::size_t missing_;
  std::vector<std::size_t> next_;          // place in the order
  std::vector<std::optional<Slot>> hand_;  // being done
  std::vector<std::uint32_t> serial_;      // tells a chunk in hand from those before it
  std::vector<Finish> heap_;
};

}  // namespace

double forecast(const RoundState& state, const SlotOrders& orders, bool skip, double limit) {
  GLEANER_CHECK(orders.size() == state.workers.size(), "an order for every worker");
  return Play(state, orders, skip).run(limit);
}

}  // namespace gleaner
