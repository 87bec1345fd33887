#include "work/gradient_store.h"

#include <algorithm>

#include "base/check.h"

namespace gleaner {

GradientStore::GradientStore(std::size_t slots, std::size_t dimension)
    : dimension_(dimension), kept_(slots) {}

GradientBuffer GradientStore::take() {
  const auto idle =
      std::find_if(free_.begin(), free_.end(), [](const GradientBuffer& b) { return b.use_count() == 1; });
  if (idle == free_.end()) {
    ++allocated_;
    return std::make_shared<std::vector<float>>(dimension_);
  }
  GradientBuffer buffer = std::move(*idle);
  free_.erase(idle);
  return buffer;
}

void GradientStore::keep(Slot slot, GradientBuffer buffer) {
  GradientBuffer& place = kept_[slot.index()];
  if (place) give_back(std::move(place));
  place = std::move(buffer);
}

void GradientStore::give_back(GradientBuffer buffer) { free_.push_back(std::move(buffer)); }

std::vector<GradientBuffer> GradientStore::rows(const SlotSet& slots) const {
  std::vector<GradientBuffer> rows;
  slots.for_each([&](Slot slot) {
    GLEANER_CHECK(kept_[slot.index()] != nullptr, "only finished chunks are encoded");
    rows.push_back(kept_[slot.index()]);
  });
  return rows;
}

void GradientStore::release() {
  for (GradientBuffer& buffer : kept_) {
    if (buffer) give_back(std::move(buffer));
  }
}

}  // namespace gleaner
