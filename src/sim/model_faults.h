// The losses of --faults, struck in a simulated cluster.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "sim/fault_source.h"
#include "work/fault_desk.h"
#include "work/faults.h"

namespace gleaner {

/// The moment whose losses strike when a cluster asks at this step.
[[nodiscard]] FaultMoment moment_of(WorkerStep step);

/// One trial's losses of a parsed model. A loss strikes once, at the first step of its kind in the first
/// round from its own on; losses of workers that nobody named are passed on as FaultDesk says. Belongs to one
/// thread.
///
///     Result<ModelFaults> faults = ModelFaults::make(model, trial.seed, workers, rounds);
///     cluster.run(trial, {.faults = &faults.value()});     // and nothing in Trial::faults
class ModelFaults final : public FaultSource {
 public:
  /// Draws what the model leaves to the seed: a pure function of the arguments, the same losses as
  /// FaultModel::schedule. Errors: those of FaultModel::schedule and server_schedule.
  static Result<ModelFaults> make(const FaultModel& model, std::uint64_t seed, std::size_t workers,
                                  std::uint64_t rounds);

  std::optional<Blow> strike(WorkerId worker, RoundId round, WorkerStep step, Server::Phase phase) override;
  [[nodiscard]] bool may_strike(WorkerId worker, RoundId round, WorkerStep step) const override;
  std::optional<Duration> strike_server(RoundId round, ServerStep step) override;
  void on_signal(RoundId round, const Selection& selection) override;

 private:
  ModelFaults(std::vector<Fault> faults, std::vector<ServerFault> server);

  FaultDesk desk_;
  std::vector<ServerFault> server_;
};

}  // namespace gleaner
