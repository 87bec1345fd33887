#include "study/trial_ledger.h"

#include <utility>

namespace gleaner {

TrialLedger::TrialLedger(std::shared_ptr<const Plan> plan, const ServerOptions& options)
    : ledger_(plan), slowness_(plan, options) {}

void TrialLedger::attach(Cluster::Hooks& hooks, bool slowness) {
  hooks.ledger = &ledger_;
  costs_ = LedgerPage(ledger_.run().workers.size(), ledger_.run().chunks.size());
  begun_ = false;
  if (!slowness) return;
  hooks.go_on = [this](Time, const Cluster::Picture&) {
    if (!std::exchange(begun_, true)) return true;
    LedgerPage round(costs_.workers.size(), costs_.chunks.size());
    round.slowness = slowness_.of_round(ledger_);
    costs_ += round;
    return true;
  };
}

void TrialLedger::add_to(StudyLedger& sum, const TrialOutcome& outcome) const {
  if (!outcome.completed) return;
  sum.page += ledger_.run();
  sum.page += costs_;
  sum.rounds += outcome.rounds.size();
}

}  // namespace gleaner
