// Where a worker keeps its chunk gradients until the round is committed.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "base/slot_set.h"
#include "objective/pulse.h"
#include "work/chunk_task.h"
#include "work/kept_gradient.h"

namespace gleaner {

using GradientBuffer = std::shared_ptr<std::vector<float>>;

/// At most one gradient per slot, of the current round. Buffers are handed out to be written by one thread,
/// finished there, which brings them into the form in which they are kept (kept_gradient.h), then kept, and
/// handed to encoders that read them. Memory or a place in the file is used again only after everybody has
/// let go of it, so that an encoder which was told to stop and has not noticed yet reads what it began with.
///
/// take() and finish() may be called by any thread; the rest belongs to one thread. Buffers and rows may be
/// let go of by any thread, and may outlive the store.
class GradientStore {
 public:
  GradientStore(std::size_t slots, std::size_t dimension, KeepOptions options = {});

  /// A buffer of `dimension` floats, contents unspecified, that nobody else holds. Whoever does not need it
  /// lets go of it.
  [[nodiscard]] GradientBuffer take();
  /// The gradient in the buffer as it will be kept; float32: the buffer itself. Errors: it would not be
  /// finite as bfloat16 (names the coordinate); it cannot be written.
  [[nodiscard]] Result<GradientRow> finish(GradientBuffer buffer);
  /// The gradient of `slot`.
  void keep(Slot slot, GradientRow row);
  /// The kept gradients of these slots, ascending. REQUIRES: all are kept.
  [[nodiscard]] std::vector<GradientRow> rows(const SlotSet& slots) const;
  /// Drops all kept gradients.
  void release();
  /// Bytes of memory allocated so far: the high-water mark, since memory is used again.
  [[nodiscard]] std::size_t allocated_bytes() const;
  /// The same of the file.
  [[nodiscard]] std::size_t spilled_bytes() const;

 private:
  struct Pools;
  class RoundedRow;
  class SpilledRow;
  [[nodiscard]] Result<GradientRow> round(const std::vector<float>& numbers);
  [[nodiscard]] Result<GradientRow> spill(const std::vector<float>& numbers);

  std::size_t dimension_;
  KeepOptions options_;
  std::shared_ptr<Pools> pools_;
  std::vector<GradientRow> kept_;
};

/// A chunk gradient as it goes into the store, if it is there.
struct ComputedChunk {
  ChunkVerdict verdict;
  GradientRow row;  ///< null unless finished
};

/// compute_chunk() into a buffer of the store, and finish(): what cannot be kept is rejected, with the
/// reason. Thread safe.
[[nodiscard]] ComputedChunk compute_into(GradientStore& store, const Objective& objective,
                                         std::span<const float> parameters, ChunkId chunk, RoundId round,
                                         Pulse& pulse);

}  // namespace gleaner
