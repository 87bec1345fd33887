// One life of a worker in a Cluster: the real machine, its store of gradients, and its link to the server.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "protocol/worker.h"
#include "support/toy_combiner.h"
#include "support/toy_vectors.h"

namespace gleaner::test {

struct ToyParameters {
  Stamp stamp;
};
/// The last thing that the server gets of a link: it broke.
struct LinkEnd {};

using Down = std::variant<ServerMessage, ToyParameters>;
using Up = std::variant<WorkerMessage, ToyPart, LinkEnd>;

struct ToyHost {
  struct InHand {
    Stamp stamp;
    Slot slot;
    bool aborting = false;
  };
  struct Sending {
    Ticket ticket;
    SelectionRef selection;
    std::uint32_t next = 0;
  };

  explicit ToyHost(Peer who, std::shared_ptr<const Plan> plan) : peer(who), machine(who, std::move(plan)) {}

  /// A message or segment leaves; without a link it is lost.
  void send(Up item) {
    if (linked) up.push_back(std::move(item));
  }

  Peer peer;
  Worker machine;
  bool alive = true;   ///< the process runs
  bool linked = true;  ///< what it sends will arrive, in order
  bool held = false;   ///< in scenarios: what it has sent stays on its way
  std::deque<Down> down;
  std::deque<Up> up;
  std::optional<InHand> in_hand;
  std::optional<Sending> sending;
  std::map<Stamp, std::map<Slot, Numbers>> store;
  std::set<Stamp> parameters;
  bool corrupt = false;  ///< its next segment carries a NaN
};

}  // namespace gleaner::test
