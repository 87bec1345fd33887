#include "base/slot_set.h"

#include <algorithm>

#include <fmt/format.h>

namespace gleaner {

SlotSet SlotSet::first(std::size_t count) {
  SlotSet set;
  for (std::size_t w = 0; w * 64 < count; ++w) {
    const std::size_t bits = std::min<std::size_t>(64, count - w * 64);
    set.word_for_write(w) = bits == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << bits) - 1;
  }
  return set;
}

std::uint64_t& SlotSet::word_for_write(std::size_t w) {
  if (w == 0) return head_;
  if (tail_.size() < w) tail_.resize(w, 0);
  return tail_[w - 1];
}

void SlotSet::trim() {
  while (!tail_.empty() && tail_.back() == 0) tail_.pop_back();
}

void SlotSet::insert(Slot slot) { word_for_write(slot.value / 64) |= std::uint64_t{1} << (slot.value % 64); }

void SlotSet::erase(Slot slot) {
  if (!contains(slot)) return;
  word_for_write(slot.value / 64) &= ~(std::uint64_t{1} << (slot.value % 64));
  trim();
}

std::size_t SlotSet::count() const {
  auto n = static_cast<std::size_t>(std::popcount(head_));
  for (const std::uint64_t w : tail_) n += static_cast<std::size_t>(std::popcount(w));
  return n;
}

bool SlotSet::empty() const { return head_ == 0 && tail_.empty(); }

std::size_t SlotSet::extent() const {
  const std::size_t w = tail_.size();
  return w * 64 + static_cast<std::size_t>(std::bit_width(word(w)));
}

bool SlotSet::is_subset_of(const SlotSet& other) const {
  for (std::size_t w = 0; w <= tail_.size(); ++w) {
    if ((word(w) & ~other.word(w)) != 0) return false;
  }
  return true;
}

SlotSet& SlotSet::operator|=(const SlotSet& other) {
  for (std::size_t w = 0; w <= other.tail_.size(); ++w) word_for_write(w) |= other.word(w);
  return *this;
}

SlotSet& SlotSet::operator&=(const SlotSet& other) {
  for (std::size_t w = 0; w <= tail_.size(); ++w) word_for_write(w) &= other.word(w);
  trim();
  return *this;
}

SlotSet& SlotSet::operator-=(const SlotSet& other) {
  for (std::size_t w = 0; w <= tail_.size(); ++w) word_for_write(w) &= ~other.word(w);
  trim();
  return *this;
}

bool SlotSet::operator==(const SlotSet& other) const { return head_ == other.head_ && tail_ == other.tail_; }

std::string SlotSet::text() const {
  std::string s = "{";
  for_each([&](Slot slot) { s += fmt::format("{}{}", s.size() > 1 ? "," : "", slot.value); });
  return s + "}";
}

}  // namespace gleaner
