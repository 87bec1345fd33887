// The injected part of the world between two rounds: processes, and what will befall them.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "work/fault_desk.h"

namespace gleaner {

/// What is to happen to a worker at some time: it is struck; or, having hung for too long, it is given up.
struct PendingAlarm {
  WorkerId worker;
  Duration in{};                ///< from now, >= 0
  std::optional<Fault> strike;  ///< none: given up
  bool operator==(const PendingAlarm&) const = default;
};

/// A plain value. A driver that is populated with it goes on as the one that it is a picture of.
struct ClusterState {
  enum class Worker : std::uint8_t { gone, live, hung };
  std::vector<Worker> workers;
  std::vector<Incarnation> lives;     ///< of each worker, the latest
  std::vector<PendingAlarm> pending;  ///< in the order in which they come
  FaultDesk::State faults;
  std::vector<double> learned;  ///< of speeds: ReplanDesk::state(); empty without policy replan
};

}  // namespace gleaner
