// The set of chunks that one worker has finished (or shall do, or contributes).
#pragma once

#include <bit>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/ids.h"

namespace gleaner {

/// A set of Slots of one worker: bit s stands for the worker's s-th chunk in ascending chunk id.
///
/// The first 64 slots live inline; only workers with a larger load allocate. Merging two sets by |= is the
/// join of the protocol's OBSERVED state: commutative, associative, idempotent. Value type; equality ignores
/// how the set was made. Thread safety: that of a plain value.
class SlotSet {
 public:
  SlotSet() = default;

  /// {0, .., count-1}.
  [[nodiscard]] static SlotSet first(std::size_t count);
  [[nodiscard]] static SlotSet single(Slot slot) {
    SlotSet s;
    s.insert(slot);
    return s;
  }

  [[nodiscard]] bool contains(Slot slot) const {
    const std::size_t w = slot.value / 64;
    return ((word(w) >> (slot.value % 64)) & 1U) != 0;
  }
  void insert(Slot slot);
  void erase(Slot slot);
  void clear() {
    head_ = 0;
    tail_.clear();
  }

  [[nodiscard]] std::size_t count() const;
  [[nodiscard]] bool empty() const;
  /// One more than the largest member; 0 when empty.
  [[nodiscard]] std::size_t extent() const;
  [[nodiscard]] bool is_subset_of(const SlotSet& other) const;

  SlotSet& operator|=(const SlotSet& other);
  SlotSet& operator&=(const SlotSet& other);
  /// Set difference.
  SlotSet& operator-=(const SlotSet& other);
  friend SlotSet operator|(SlotSet a, const SlotSet& b) { return a |= b; }
  friend SlotSet operator&(SlotSet a, const SlotSet& b) { return a &= b; }
  friend SlotSet operator-(SlotSet a, const SlotSet& b) { return a -= b; }
  bool operator==(const SlotSet& other) const;

  /// Calls f(Slot) for every member in ascending order.
  template <class F>
  void for_each(F&& f) const {
    for (std::size_t w = 0; w <= tail_.size(); ++w) {
      for (std::uint64_t bits = word(w); bits != 0; bits &= bits - 1) {
        f(Slot(static_cast<std::uint32_t>(w * 64) + static_cast<std::uint32_t>(std::countr_zero(bits))));
      }
    }
  }

  /// "{0,3,7}".
  [[nodiscard]] std::string text() const;

 private:
  [[nodiscard]] std::uint64_t word(std::size_t w) const {
    return w == 0 ? head_ : (w <= tail_.size() ? tail_[w - 1] : 0);
  }
  std::uint64_t& word_for_write(std::size_t w);
  void trim();

  std::uint64_t head_ = 0;
  std::vector<std::uint64_t> tail_;  // slots 64.., trailing zero words removed
};

}  // namespace gleaner
