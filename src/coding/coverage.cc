#include "coding/coverage.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"

namespace gleaner {

Coverage::Coverage(std::size_t chunks, std::size_t blocks)
    : blocks_(blocks),
      copies_(chunks, 0),
      short_chunks_(blocks == 0 ? 0 : chunks),
      missing_(chunks * blocks) {}

void Coverage::add(ChunkId chunk) {
  std::uint32_t& copies = copies_[chunk.index()];
  if (copies < blocks_) --missing_;
  if (++copies == blocks_) --short_chunks_;
}

void Coverage::remove(ChunkId chunk) {
  std::uint32_t& copies = copies_[chunk.index()];
  GLEANER_CHECK(copies > 0, "a copy was removed that was never added");
  if (copies == blocks_) ++short_chunks_;
  if (--copies < blocks_) ++missing_;
}

void Coverage::add(const Assignment& assignment, WorkerId worker, const SlotSet& slots) {
  const auto chunks = assignment.chunks_of(worker);
  slots.for_each([&](Slot slot) { add(chunks[slot.index()]); });
}

void Coverage::remove(const Assignment& assignment, WorkerId worker, const SlotSet& slots) {
  const auto chunks = assignment.chunks_of(worker);
  slots.for_each([&](Slot slot) { remove(chunks[slot.index()]); });
}

void Coverage::clear() {
  std::fill(copies_.begin(), copies_.end(), 0);
  short_chunks_ = blocks_ == 0 ? 0 : copies_.size();
  missing_ = copies_.size() * blocks_;
}

double Coverage::relative_residual() const {
  if (missing_ == 0) return 0;
  return std::sqrt(static_cast<double>(missing_) / static_cast<double>(copies_.size() * blocks_));
}

}  // namespace gleaner
