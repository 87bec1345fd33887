// What becomes of the vectors that the machines name. A timing-only simulation counts them; the disasters
// compute them.
#pragma once

#include <cstdint>
#include <vector>

#include "base/result.h"
#include "protocol/server.h"
#include "protocol/vector_segment.h"
#include "protocol/worker.h"
#include "work/chunk_task.h"
#include "work/combiner.h"

namespace gleaner {

/// The driver's store of chunk gradients, coded vectors and the combined gradient. Called by the cluster on
/// its thread, in the order of virtual time. Workers are named by their incarnation: nothing is shared
/// between two of them.
class VectorWork {
 public:
  using Outcomes = std::vector<Combiner::Outcome>;
  virtual ~VectorWork() = default;

  // ---- a worker
  virtual void start(Peer peer) = 0;  ///< a new incarnation, with nothing kept
  virtual void stop(Peer peer) = 0;   ///< it is gone, with everything it kept
  virtual ChunkVerdict compute(Peer peer, Stamp stamp, Slot slot) = 0;
  virtual void release(Peer peer, Stamp stamp) = 0;
  virtual void begin_sending(Peer peer, const EncodeAndSend& what) = 0;
  /// The next segment of the vector begun last; it is on the way from now on.
  virtual VectorSegment next_segment(Peer peer) = 0;
  virtual void withdraw(Peer peer) = 0;

  // ---- the server
  /// A life of the server begins: nothing is expected. `durable`: the last round that was checkpointed.
  virtual void restart_server(Term term, RoundId durable) = 0;
  virtual void begin_round(Stamp stamp) = 0;
  virtual void expect(const Expect& expect, Outcomes& out) = 0;
  virtual void forget(WorkerId worker) = 0;
  virtual void deliver(VectorSegment segment, Outcomes& out) = 0;
  /// Every expected vector is there: the optimiser steps. CommitDone follows; an error ends the run, and is
  /// its reason.
  [[nodiscard]] virtual Status commit(const Commit& commit) = 0;
  /// The state after `round` is durable.
  virtual void checkpoint(RoundId round) = 0;
};

}  // namespace gleaner
