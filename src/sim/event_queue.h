// Events on virtual time, ordered by (time, sequence number).
#pragma once

#include <cstdint>
#include <queue>
#include <utility>
#include <vector>

#include "base/time.h"

namespace gleaner {

/// A priority queue in which events of the same moment keep the order in which they were scheduled. Time
/// never goes back.
template <class Event>
class EventQueue {
 public:
  explicit EventQueue(Time start = {}) : now_(start) {}

  [[nodiscard]] Time now() const { return now_; }
  [[nodiscard]] bool empty() const { return heap_.empty(); }

  /// REQUIRES: at >= now().
  void schedule(Time at, Event event) { heap_.push({at, ++sequence_, std::move(event)}); }
  void schedule_now(Event event) { schedule(now_, std::move(event)); }

  /// The next event; now() becomes its time. REQUIRES: !empty().
  [[nodiscard]] Event pop() {
    // The element is moved out of the heap before it is removed: pop() only needs its key, which stays.
    Entry& top = const_cast<Entry&>(heap_.top());
    Event event = std::move(top.event);
    now_ = top.at;
    heap_.pop();
    return event;
  }

 private:
  struct Entry {
    Time at;
    std::uint64_t sequence;
    Event event;
    bool operator<(const Entry& other) const {  // std::priority_queue has the largest on top
      return at != other.at ? at > other.at : sequence > other.sequence;
    }
  };
  std::priority_queue<Entry> heap_;
  Time now_;
  std::uint64_t sequence_ = 0;
};

}  // namespace gleaner
