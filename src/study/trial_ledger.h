// What became of the work in many trials.
#pragma once

#include <cstdint>
#include <memory>

#include "sim/cluster.h"
#include "work/slowness.h"

namespace gleaner {

/// Sums over all rounds of all trials that completed: the same for any number of threads.
struct StudyLedger {
  LedgerPage page;
  std::uint64_t rounds = 0;
};

/// Collects what becomes of the work of trials, one after another. Belongs to one thread; not to be moved
/// while a trial runs that it is attached to.
class TrialLedger {
 public:
  TrialLedger(std::shared_ptr<const Plan> plan, const ServerOptions& options);

  /// Before a trial. Without `slowness` that stays unknown: where a loss of the server may undo a round it
  /// would count twice.
  void attach(Cluster::Hooks& hooks, bool slowness);
  /// After it.
  void add_to(StudyLedger& sum, const TrialOutcome& outcome) const;

 private:
  Ledger ledger_;
  Slowness slowness_;
  LedgerPage costs_;  // only its slowness is used
  bool begun_ = false;
};

}  // namespace gleaner
