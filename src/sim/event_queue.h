// Events on virtual time, ordered by (time, sequence number).
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "base/time.h"

namespace gleaner {

/// A priority queue in which events of the same moment keep the order in which they were scheduled. Time
/// never goes back.
///
/// Most events of a cluster belong to the moment in which they are caused: they stand in a plain queue. The
/// others stand in a heap with four children a node, which holds only (time, sequence number, place); the
/// events themselves are never moved. Whatever is in the heap for the present moment was scheduled before
/// the moment came, and so before everything in the plain queue.
template <class Event>
class EventQueue {
 public:
  explicit EventQueue(Time start = {}) : now_(start) {}

  [[nodiscard]] Time now() const { return now_; }
  [[nodiscard]] bool empty() const { return heap_.empty() && nothing_queued(); }
  /// Nothing more is to happen at this moment.
  [[nodiscard]] bool moment_over() const {
    return nothing_queued() && (heap_.empty() || heap_.front().at > now_);
  }

  /// REQUIRES: at >= now().
  template <class E>
  void schedule(Time at, E&& event) {
    const std::uint32_t place = store(std::forward<E>(event));
    if (at <= now_) {
      queued_.push_back(place);
    } else {
      push({at, ++sequence_, place});
    }
  }
  template <class E>
  void schedule_now(E&& event) {
    queued_.push_back(store(std::forward<E>(event)));
  }

  /// The next event, valid until the next call; now() becomes its time. REQUIRES: !empty().
  [[nodiscard]] Event& next() {
    free_.push_back(held_);
    if (nothing_queued() || (!heap_.empty() && heap_.front().at <= now_)) {
      now_ = heap_.front().at;
      held_ = heap_.front().place;
      pop_front();
    } else {
      held_ = queued_[first_queued_++];
      if (nothing_queued()) {
        queued_.clear();
        first_queued_ = 0;
      }
    }
    return at(held_);
  }
  [[nodiscard]] Event pop() { return std::move(next()); }

  /// Shows f(Time, const Event&) everything that is still to come, in that order. Slow.
  template <class Function>
  void for_each(Function f) {
    std::vector<Key> later = heap_;
    std::sort(later.begin(), later.end());
    auto next = later.begin();
    for (; next != later.end() && next->at <= now_; ++next) f(next->at, std::as_const(at(next->place)));
    for (std::size_t k = first_queued_; k < queued_.size(); ++k) f(now_, std::as_const(at(queued_[k])));
    for (; next != later.end(); ++next) f(next->at, std::as_const(at(next->place)));
  }

  /// Forgets all events, keeps the memory.
  void restart(Time start) {
    now_ = start;
    sequence_ = 0;
    heap_.clear();
    queued_.clear();
    first_queued_ = 0;
    free_.clear();
    held_ = kNone;
    for (std::uint32_t k = used_; k > 1; --k) free_.push_back(k - 1);
  }

 private:
  struct Key {
    Time at;
    std::uint64_t sequence;
    std::uint32_t place;
    bool operator<(const Key& other) const {
      return at != other.at ? at < other.at : sequence < other.sequence;
    }
  };
  static constexpr std::size_t kChildren = 4;
  static constexpr std::size_t kBlock = 256;
  static constexpr std::uint32_t kNone = 0;  // a place that no event ever has

  [[nodiscard]] bool nothing_queued() const { return first_queued_ == queued_.size(); }
  [[nodiscard]] Event& at(std::uint32_t place) { return blocks_[place / kBlock][place % kBlock]; }

  template <class E>
  std::uint32_t store(E&& event) {
    while (!free_.empty() && free_.back() == kNone) free_.pop_back();
    std::uint32_t place = used_;
    if (!free_.empty()) {
      place = free_.back();
      free_.pop_back();
    } else if (used_++ / kBlock == blocks_.size()) {
      blocks_.push_back(std::make_unique<Event[]>(kBlock));
    }
    at(place) = std::forward<E>(event);
    return place;
  }

  void push(Key key) {
    std::size_t hole = heap_.size();
    heap_.push_back(key);
    while (hole > 0) {
      const std::size_t parent = (hole - 1) / kChildren;
      if (!(key < heap_[parent])) break;
      heap_[hole] = heap_[parent];
      hole = parent;
    }
    heap_[hole] = key;
  }

  void pop_front() {
    const Key last = heap_.back();
    heap_.pop_back();
    const std::size_t size = heap_.size();
    if (size == 0) return;
    std::size_t hole = 0;
    for (std::size_t child = 1; child < size; child = hole * kChildren + 1) {
      std::size_t least = child;
      const std::size_t end = child + kChildren < size ? child + kChildren : size;
      for (std::size_t k = child + 1; k < end; ++k) least = heap_[k] < heap_[least] ? k : least;
      if (!(heap_[least] < last)) break;
      heap_[hole] = heap_[least];
      hole = least;
    }
    heap_[hole] = last;
  }

  std::vector<Key> heap_;
  std::vector<std::uint32_t> queued_;  // of this moment, from first_queued_ on
  std::size_t first_queued_ = 0;
  std::vector<std::unique_ptr<Event[]>> blocks_;
  std::vector<std::uint32_t> free_;
  std::uint32_t used_ = 1;
  std::uint32_t held_ = kNone;
  Time now_;
  std::uint64_t sequence_ = 0;
};

}  // namespace gleaner
