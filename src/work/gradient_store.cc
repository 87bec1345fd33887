#include "work/gradient_store.h"

#include <mutex>
#include <utility>

#include "base/check.h"

namespace gleaner {

// Buffers that nobody holds. They come back through the deleter of their last holder, under a lock: asking
// use_count() instead would not order that holder's reads before the next writes.
struct GradientStore::Pool {
  using Storage = std::unique_ptr<std::vector<float>>;

  std::mutex mutex;
  std::vector<Storage> idle;

  Storage take() {
    const std::scoped_lock lock(mutex);
    if (idle.empty()) return nullptr;
    Storage storage = std::move(idle.back());
    idle.pop_back();
    return storage;
  }
  void come_back(Storage storage) {
    const std::scoped_lock lock(mutex);
    idle.push_back(std::move(storage));
  }
};

GradientStore::GradientStore(std::size_t slots, std::size_t dimension)
    : dimension_(dimension), pool_(std::make_shared<Pool>()), kept_(slots) {}

GradientBuffer GradientStore::take() {
  Pool::Storage storage = pool_->take();
  if (!storage) {
    ++allocated_;
    storage = std::make_unique<std::vector<float>>(dimension_);
  }
  return {storage.release(),
          [pool = pool_](std::vector<float>* last) { pool->come_back(Pool::Storage(last)); }};
}

void GradientStore::keep(Slot slot, GradientBuffer buffer) { kept_[slot.index()] = std::move(buffer); }

void GradientStore::give_back(GradientBuffer buffer) { buffer.reset(); }

std::vector<GradientBuffer> GradientStore::rows(const SlotSet& slots) const {
  std::vector<GradientBuffer> rows;
  slots.for_each([&](Slot slot) {
    GLEANER_CHECK(kept_[slot.index()] != nullptr, "only finished chunks are encoded");
    rows.push_back(kept_[slot.index()]);
  });
  return rows;
}

void GradientStore::release() {
  for (GradientBuffer& buffer : kept_) buffer.reset();
}

}  // namespace gleaner
