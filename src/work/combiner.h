// The server's side of the vectors: segments come in, the gradient comes out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "coding/code.h"
#include "protocol/server.h"
#include "protocol/vector_segment.h"
#include "work/segments.h"

namespace gleaner {

/// Combines segments into the gradient of the round (protocol.md section 7, "A segment is combined ..").
///
/// A segment is decoded, in worker order, once every expected vector has delivered it; then its parts are
/// freed and it stays valid whatever is lost later. Parts of vectors that are not expected are dropped.
/// Segments of one vector arrive in ascending order, so what is combined is always a prefix. Belongs to one
/// thread.
class Combiner {
 public:
  using Outcome = std::variant<VectorIn, VectorBad, Combined>;

  Combiner(std::shared_ptr<const Plan> plan, std::shared_ptr<const Code> code, std::size_t dimension,
           std::size_t segment_floats);

  /// A new round: nothing is expected, nothing combined.
  void begin(Stamp stamp);
  /// As server.h says of Expect. May combine what is already there.
  void expect(const Expect& expect, std::vector<Outcome>& out);
  /// As server.h says of Forget.
  void forget(WorkerId worker);
  /// A segment arrived. Wrong length or numbers, or a segment left out before it: VectorBad, and the vector
  /// is dropped. One that is here already does no harm.
  void deliver(VectorSegment part, std::vector<Outcome>& out);

  /// d floats: sum_i g_i, tallies included. Complete when combined() == layout().count().
  [[nodiscard]] std::span<const float> gradient() const { return gradient_; }
  [[nodiscard]] std::uint32_t combined() const { return combined_; }
  [[nodiscard]] const SegmentLayout& layout() const { return layout_; }
  /// Bytes of vectors received in this round, by worker; stale ones included, since they were sent.
  [[nodiscard]] std::span<const std::uint64_t> bytes_received() const { return bytes_; }
  /// The largest number of floats that ever waited to be combined.
  [[nodiscard]] std::size_t waiting_floats_max() const { return waiting_max_; }

 private:
  struct Incoming {
    Peer peer;
    Epoch epoch;
    std::vector<double> decode_row;
    std::uint32_t next = 0;  // segments below are there or combined
    bool started = false;
    std::map<std::uint32_t, VectorSegment> parts;  // received and not yet combined
  };

  void combine(std::vector<Outcome>& out);
  [[nodiscard]] std::string fault_of(const Incoming& v, const VectorSegment& part) const;
  void drop(Incoming& v);

  std::shared_ptr<const Plan> plan_;
  std::shared_ptr<const Code> code_;
  SegmentLayout layout_;
  Stamp stamp_;
  Epoch epoch_;  // of the last Expect
  bool paused_ = true;
  std::map<WorkerId, Incoming> incoming_;  // worker order is the order of summation
  std::uint32_t combined_ = 0;
  std::vector<float> gradient_;
  std::vector<std::uint64_t> bytes_;
  std::size_t waiting_ = 0;
  std::size_t waiting_max_ = 0;
};

}  // namespace gleaner
