// Everything about a run between two rounds that a later life of the server needs to go on as if nothing had
// happened.
#pragma once

#include <memory>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "protocol/server_options.h"
#include "work/cluster_state.h"
#include "work/round_book.h"
#include "work/run_spec.h"
#include "work/trainer.h"

namespace gleaner {

/// A plain value. The term is that of the life that wrote it; the next one is larger (protocol.md section 7).
struct Snapshot {
  Term term;
  RoundId round;       ///< the last one that was committed; 0: none
  Duration elapsed{};  ///< on the run's own clock
  std::vector<Setting> settings;
  ClusterState cluster;
  RoundBook::State book;
  Trainer::State trainer;
};

/// Whether the lengths and numbers of a snapshot are those of this run. The error says which are not.
[[nodiscard]] Status check_fits(const Snapshot& snapshot, const RunSpec& spec);

// What a driver begins with: from spec.resume if there is one. REQUIRES: check(spec).ok().
[[nodiscard]] ServerOptions first_server(const RunSpec& spec);  ///< its term is that of this life
[[nodiscard]] Trainer first_trainer(const RunSpec& spec);
[[nodiscard]] RoundBook first_book(const RunSpec& spec);
[[nodiscard]] FaultDesk first_desk(const RunSpec& spec);
[[nodiscard]] ClusterState first_cluster(const RunSpec& spec);
[[nodiscard]] RoundId first_round(const RunSpec& spec);  ///< the one before the first; 0 from the beginning
[[nodiscard]] Duration first_elapsed(const RunSpec& spec);

}  // namespace gleaner
