// Vectors with real numbers in them, for the disasters: the shipping store, encoder and combiner around a
// small model.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sim/disaster_model.h"
#include "sim/vector_work.h"
#include "work/gradient_store.h"
#include "work/segments.h"
#include "work/vector_encoder.h"

namespace gleaner {

/// Is told what becomes of the numbers. Judges; steers nothing.
class VectorWitness {
 public:
  /// What the combiner did with a segment.
  struct Delivery {
    const VectorSegment* part = nullptr;
    std::uint32_t combined_before = 0;  ///< segments of the gradient
    std::uint32_t combined_after = 0;
    bool gradient_changed = false;
    bool answered = false;  ///< the server was told something
  };

  virtual ~VectorWitness() = default;
  virtual void on_life(Term, RoundId /*durable*/) {}
  virtual void on_begin(Stamp, std::span<const float> /*parameters*/) {}
  /// `poisoned`: a NaN was put into it.
  virtual void on_chunk(Peer, Stamp, Slot, ChunkOutcome, bool /*poisoned*/) {}
  /// Gradients were asked for that this incarnation does not have.
  virtual void on_missing_gradients(Peer, const EncodeAndSend&) {}
  /// A segment leaves. `spoiled`: it was broken on purpose.
  virtual void on_segment(const VectorSegment&, bool /*spoiled*/) {}
  virtual void on_expect(const Expect&, std::uint32_t /*combined_before*/, std::uint32_t /*combined_after*/) {
  }
  virtual void on_forget(WorkerId) {}
  virtual void on_delivery(const Delivery&) {}
  virtual void on_commit(const Commit&, std::span<const float> /*gradient*/, std::uint32_t /*combined*/,
                         std::span<const float> /*parameters afterwards*/) {}
  virtual void on_checkpoint(RoundId) {}
};

/// How often numbers go bad. Each is drawn by what it happens to, so that a replay meets the same.
struct BadNumbers {
  double chunk = 0;             ///< probability that a finished chunk has a NaN
  double segment = 0;           ///< probability that a segment is broken on the way
  std::uint32_t times_max = 0;  ///< then no number goes bad any more
};

/// The numbers of one run. Belongs to one thread.
class DisasterVectors final : public VectorWork {
 public:
  /// `segments` is about what layout_of() makes of it. `witness` must outlive this.
  DisasterVectors(std::shared_ptr<const Plan> plan, std::shared_ptr<const Code> code, std::uint64_t seed,
                  std::size_t dimension, std::uint32_t segments, const BadNumbers& bad,
                  VectorWitness& witness);

  /// About `segments` segments of equal length.
  static SegmentLayout layout_of(std::size_t dimension, std::size_t blocks, std::uint32_t segments);

  void start(Peer peer) override;
  void stop(Peer peer) override;
  ChunkVerdict compute(Peer peer, Stamp stamp, Slot slot) override;
  void release(Peer peer, Stamp stamp) override;
  void begin_sending(Peer peer, const EncodeAndSend& what) override;
  VectorSegment next_segment(Peer peer) override;
  void withdraw(Peer peer) override;

  void restart_server(Term term, RoundId durable) override;
  void begin_round(Stamp stamp) override;
  void expect(const Expect& expect, Outcomes& out) override;
  void forget(WorkerId worker) override;
  void deliver(VectorSegment segment, Outcomes& out) override;
  Status commit(const Commit& commit) override;
  void checkpoint(RoundId round) override;

 private:
  struct Sending {
    Ticket ticket;
    std::optional<VectorEncoder> encoder;  // empty: the gradients were not there
    std::uint32_t next = 0;
  };
  struct Life {
    Peer peer;
    GradientStore store;
    SlotSet kept;
    std::optional<Sending> sending;
  };

  Life& life(Peer peer);
  [[nodiscard]] bool goes_bad(double probability, Peer peer, Stamp stamp, std::uint64_t position);
  /// Whether it did.
  bool spoil(Peer peer, VectorSegment& segment);

  std::shared_ptr<const Plan> plan_;
  std::shared_ptr<const Code> code_;
  std::uint64_t seed_;
  SegmentLayout layout_;
  BadNumbers bad_;
  VectorWitness& witness_;
  DisasterModel model_;
  std::vector<std::vector<std::unique_ptr<Life>>> lives_;  // by worker
  Combiner combiner_;
  std::vector<float> parameters_;
  std::vector<float> durable_;
  std::map<Stamp, std::vector<float>> parameters_of_;  // as they went out at the start of the round
  std::vector<float> gradient_before_;
  std::uint32_t went_bad_ = 0;
};

}  // namespace gleaner
