// Where a worker keeps its chunk gradients until the round is committed.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "base/slot_set.h"

namespace gleaner {

using GradientBuffer = std::shared_ptr<std::vector<float>>;

/// At most one gradient per slot, of the current round. Buffers are handed out to be written by one thread,
/// kept, and handed to encoders that read them. A buffer is used again only after everybody has let go of it,
/// so that an encoder which was told to stop and has not noticed yet reads what it began with. The store
/// belongs to one thread; buffers may be let go of by any thread, and may outlive the store.
class GradientStore {
 public:
  GradientStore(std::size_t slots, std::size_t dimension);

  /// A buffer of `dimension` floats, contents unspecified, that nobody else holds.
  [[nodiscard]] GradientBuffer take();
  /// The gradient of `slot` is finished.
  void keep(Slot slot, GradientBuffer buffer);
  /// A buffer that was taken and is not needed.
  void give_back(GradientBuffer buffer);
  /// The kept gradients of these slots, ascending. REQUIRES: all are kept.
  [[nodiscard]] std::vector<GradientBuffer> rows(const SlotSet& slots) const;
  /// Drops all kept gradients.
  void release();
  /// Floats allocated so far: the high-water mark, since buffers are used again.
  [[nodiscard]] std::size_t allocated_floats() const { return allocated_ * dimension_; }

 private:
  struct Pool;

  std::size_t dimension_;
  std::size_t allocated_ = 0;
  std::shared_ptr<Pool> pool_;
  std::vector<GradientBuffer> kept_;
};

}  // namespace gleaner
