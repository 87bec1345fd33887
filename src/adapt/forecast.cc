#include "adapt/forecast.h"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <vector>

#include "base/check.h"

namespace gleaner {
namespace {

constexpr std::uint32_t kNothing = 0xffffffff;

class Play {
 public:
  Play(const RoundState& state, const SlotOrders& orders, bool skip, double limit)
      : state_(state),
        assignment_(*state.assignment),
        skip_(skip),
        limit_(limit),
        copies_(state.copies()),
        missing_(state.missing()) {
    doers_.reserve(orders.size());
    for (std::size_t j = 0; j < orders.size(); ++j) {
      const Slot* first = orders[j].data();
      doers_.push_back({first, first + orders[j].size(), state.workers[j].chunk_time});
    }
  }

  double run() {
    if (missing_ == 0) return 0;
    for (std::uint32_t j = 0; j < doers_.size(); ++j) begin(j, 0, true);
    while (!heap_.empty()) {
      std::pop_heap(heap_.begin(), heap_.end(), std::greater<>());
      const Finish f = heap_.back();
      heap_.pop_back();
      Doer& d = doers_[f.worker];
      if (f.serial != d.serial) continue;  // it was dropped
      const std::uint32_t chunk = d.chunk;
      d.slot = kNothing;
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
  struct Doer {  // all that an event touches of a worker, side by side
    const Slot* next;
    const Slot* end;
    double chunk_time;
    std::uint32_t slot = kNothing;  // in hand
    std::uint32_t chunk = 0;        // the same
    std::uint32_t serial = 0;       // tells a chunk in hand from those before it
  };

  void begin(std::uint32_t j, double now, bool at_start) {
    Doer& d = doers_[j];
    if (!(d.chunk_time < WorkerState::kNever)) return;
    const WorkerState& w = state_.workers[j];
    for (; d.next != d.end; ++d.next) {
      const Slot s = *d.next;
      const std::uint32_t chunk = assignment_.chunk_at(WorkerId(j), s).value;
      if (skip_ && copies_[chunk] >= state_.blocks) continue;
      if (w.done.contains(s) || w.excluded.contains(s)) continue;
      ++d.next;
      d.slot = s.value;
      d.chunk = chunk;
      ++d.serial;
      const double at = now + (at_start && w.in_hand == s ? w.remaining : d.chunk_time);
      if (at > limit_) return;  // nobody waits for that
      heap_.push_back({at, j, d.serial});
      std::push_heap(heap_.begin(), heap_.end(), std::greater<>());
      return;
    }
  }

  void drop(ChunkId chunk, double now) {
    for (const Assignment::Holder& h : assignment_.holders_of(chunk)) {
      Doer& d = doers_[h.worker.value];
      if (d.slot != h.slot.value) continue;
      d.slot = kNothing;
      ++d.serial;
      begin(h.worker.value, now, false);
    }
  }

  const RoundState& state_;
  const Assignment& assignment_;
  bool skip_;
  double limit_;
  std::vector<std::uint32_t> copies_;
  std::size_t missing_;
  std::vector<Doer> doers_;
  std::vector<Finish> heap_;
};

}  // namespace

double forecast(const RoundState& state, const SlotOrders& orders, bool skip, double limit) {
  GLEANER_CHECK(orders.size() == state.workers.size(), "an order for every worker");
  return Play(state, orders, skip, limit).run();
}

}  // namespace gleaner
