// One worker on virtual time: its process, what it is doing, and its link. Internal to cluster.h.
#pragma once

#include <cstdint>
#include <optional>

#include "protocol/worker.h"
#include "sim/network.h"

namespace gleaner {

/// State only; Cluster::Engine moves it.
struct SimWorker {
  std::optional<Worker> machine;  // empty: no process
  Incarnation life;               // of the process, or of the last one
  bool hung = false;
  double lies = 1;           // its reports say that a chunk took so many times as long as it did
  bool hangs_again = false;  // it hung before the run was interrupted, and does when it has said Hello
  bool awaited = false;      // the server's life waits for it to join
  Incarnation joined;        // the life that the server heard of last
  WorkerLink link;

  bool computing = false;
  Stamp stamp;  // of the chunk in hand
  Slot slot;
  Time chunk_began{};
  Duration chunk_takes{};
  std::uint64_t chunk_serial = 0;  // tells a chunk in hand from the ones before it

  struct Sending {
    Ticket ticket;
    std::uint32_t first = 0;
    std::uint32_t next = 0;
    bool waits = false;  // for credits
  };
  std::optional<Sending> sending;

  RoundId drawn_in;  // the round whose chunk time is kept: all chunks of a worker may take the same
  Duration drawn{};
  std::uint64_t parameters_due = 0;  // bytes that ride ahead of the next message to it

  [[nodiscard]] Peer peer() const { return machine->peer(); }
  /// So far the chunk in hand is; 0 if there is none.
  [[nodiscard]] double fraction(Time now) const {
    if (!computing || chunk_takes <= Duration::zero()) return 0;
    return seconds(now - chunk_began) / seconds(chunk_takes);
  }
  [[nodiscard]] bool runs() const { return machine && !hung; }
};

}  // namespace gleaner
