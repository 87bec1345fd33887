// One incarnation of a worker on virtual time: its machine, its gradients, what it is doing.
#pragma once

#include <cstdint>
#include <optional>

#include "protocol/worker.h"
#include "work/chunk_task.h"
#include "work/gradient_store.h"
#include "work/vector_encoder.h"

namespace gleaner {

/// State only; VirtualCluster moves it. Not thread safe.
struct VirtualWorker {
  VirtualWorker(Peer peer, std::shared_ptr<const Plan> plan, std::size_t dimension)
      : machine(peer, plan), store(plan->assignment().load(peer.worker), dimension) {}

  Worker machine;
  GradientStore store;
  Parameters parameters;
  bool hung = false;

  struct InHand {
    Stamp stamp;
    Slot slot;
    Time started;
    Duration drawn;
  };
  std::optional<InHand> in_hand;
  std::uint64_t chunk_serial = 0;  // tells a chunk in hand from the ones before it

  struct Sending {
    Ticket ticket;
    VectorEncoder encoder;
    std::uint32_t next;
    std::uint32_t dies_before;  // a fault strikes before this segment; count()+1: never
    bool waiting = false;       // for credits
  };
  std::optional<Sending> sending;
};

}  // namespace gleaner
