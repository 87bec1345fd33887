// Vectors without numbers, for simulations of time alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "sim/vector_work.h"

namespace gleaner {

/// Counts the segments that have arrived, by the rules of Combiner (work/combiner.h), which is its obvious
/// twin in the tests.
class CountingWork final : public VectorWork {
 public:
  CountingWork(std::size_t workers, std::uint32_t segments)
      : segments_(segments), sending_(workers), incoming_(workers) {}

  void start(Peer) override {}
  void stop(Peer) override {}
  ChunkVerdict compute(Peer, Stamp, Slot) override { return {ChunkOutcome::finished, {}}; }
  void release(Peer, Stamp) override {}
  void begin_sending(Peer peer, const EncodeAndSend& what) override {
    sending_[peer.worker.index()] = {what.ticket, what.first_segment};
  }
  VectorSegment next_segment(Peer peer) override {
    Sending& s = sending_[peer.worker.index()];
    return {peer, s.ticket, s.next++, {}};
  }
  void withdraw(Peer) override {}

  void restart_server(Term term, RoundId durable) override { begin_round({term, durable}); }
  void begin_round(Stamp stamp) override;
  void expect(const Expect& expect, Outcomes& out) override;
  void forget(WorkerId worker) override;
  void deliver(VectorSegment segment, Outcomes& out) override;
  Status commit(const Commit&) override { return {}; }
  void checkpoint(RoundId) override {}

 private:
  struct Sending {
    Ticket ticket;
    std::uint32_t next = 0;
  };
  struct Incoming {
    Peer peer;
    Epoch epoch;
    std::uint32_t next = 0;  // segments below are there or combined
    bool expected = false;
    bool started = false;
  };

  void combine(Outcomes& out);
  /// Whether this vector is what the first segment that is not combined waits for.
  [[nodiscard]] bool is_behind(const Incoming& v) const {
    return v.expected && (!v.started || v.next <= combined_);
  }

  std::uint32_t segments_;
  std::vector<Sending> sending_;
  std::vector<Incoming> incoming_;
  Stamp stamp_;
  Epoch epoch_;  // of the last Expect
  std::uint32_t combined_ = 0;
  std::size_t behind_ = 0;  // vectors that are, among those expected
  bool paused_ = true;
};

}  // namespace gleaner
