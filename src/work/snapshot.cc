#include "work/snapshot.h"

#include <algorithm>

#include <fmt/format.h>

#include "work/replan_desk.h"

namespace gleaner {
namespace {

std::string rate_advice(const RunSpec& spec) {
  const double rate = spec.optimizer.learning_rate;
  return spec.local.on() ? smaller_local_rate_advice(spec.local.learning_rate, rate)
                         : smaller_rate_advice(rate);
}

bool is_of(const Fault& fault, std::size_t workers) { return fault.worker.index() < workers; }

bool fits(const ClusterState& cluster, const RunSpec& spec) {
  const std::size_t workers = spec.plan->workers();
  const std::size_t learned = ReplanDesk::is_needed(spec.server) ? ReplanDesk::state_size(workers) : 0;
  if (cluster.learned.size() != learned) return false;
  const auto known = [workers](const auto& item) { return item.worker.index() < workers; };
  return cluster.workers.size() == workers && cluster.lives.size() == workers &&
         std::ranges::all_of(cluster.pending, known) && std::ranges::all_of(cluster.faults.returns, known) &&
         std::ranges::all_of(cluster.pending,
                             [&](const PendingAlarm& a) { return !a.strike || is_of(*a.strike, workers); }) &&
         std::ranges::all_of(cluster.faults.pending, [&](const Fault& f) { return is_of(f, workers); });
}

// A page of no rows is that of a run that has committed none.
bool fits(const LedgerPage& page, const Plan& plan) {
  return page.empty() ? page.chunks.empty() && page.slowness.empty()
                      : page.workers.size() == plan.workers() && page.chunks.size() == plan.chunks() &&
                            page.slowness.size() == plan.workers();
}

}  // namespace

Status check_fits(const Snapshot& snapshot, const RunSpec& spec) {
  if (!Trainer::fits(snapshot.trainer, *spec.objective, spec.optimizer.kind)) {
    return bad_input(fmt::format("it holds a model of {} parameters, this one has {}",
                                 snapshot.trainer.parameters ? snapshot.trainer.parameters->size() : 0,
                                 spec.objective->parameters()));
  }
  if (!fits(snapshot.cluster, spec) || !fits(snapshot.book.summary.ledger, *spec.plan)) {
    return bad_input(fmt::format("it is of another cluster than one of {} workers", spec.plan->workers()));
  }
  if (snapshot.book.summary.rounds != snapshot.round.value ||
      snapshot.trainer.steps != snapshot.round.value ||
      snapshot.book.seconds.size() != snapshot.round.value) {
    return bad_input(fmt::format("its books do not end with round {}", snapshot.round.value));
  }
  return {};
}

ServerOptions first_server(const RunSpec& spec) {
  ServerOptions options = spec.server;
  options.rejection_cure = "look for bad values in the data of that chunk, or " + rate_advice(spec);
  if (spec.resume) options.term = Term(spec.resume->term.value + 1);
  return options;
}

Trainer first_trainer(const RunSpec& spec) {
  Trainer trainer(spec.objective, spec.optimizer, spec.l2, spec.seed, spec.schedule, rate_advice(spec));
  if (spec.resume) trainer.restore(spec.resume->trainer);
  return trainer;
}

RoundBook first_book(const RunSpec& spec) {
  RoundBook book(spec);
  if (spec.resume) book.restore(spec.resume->book);
  return book;
}

FaultDesk first_desk(const RunSpec& spec) {
  return spec.resume ? FaultDesk(spec.resume->cluster.faults) : FaultDesk(spec.faults);
}

ClusterState first_cluster(const RunSpec& spec) {
  if (spec.resume) return spec.resume->cluster;
  const std::size_t m = spec.plan->workers();
  return {std::vector(m, ClusterState::Worker::live), std::vector(m, Incarnation(0)), {}, {}, {}};
}

RoundId first_round(const RunSpec& spec) { return spec.resume ? spec.resume->round : RoundId(0); }

Duration first_elapsed(const RunSpec& spec) { return spec.resume ? spec.resume->elapsed : Duration::zero(); }

}  // namespace gleaner
