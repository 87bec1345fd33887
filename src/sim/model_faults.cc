#include "sim/model_faults.h"

#include <algorithm>
#include <array>
#include <utility>

namespace gleaner {
namespace {

// By FaultMoment.
constexpr std::array<WorkerStep, kWorkerSteps> kSteps = {
    WorkerStep::starting, WorkerStep::computing, WorkerStep::signalled, WorkerStep::sending,
    WorkerStep::joining,  WorkerStep::reporting, WorkerStep::sent,      WorkerStep::released};

BlowKind blow_of(FaultKind kind) {
  switch (kind) {
    case FaultKind::crash: return BlowKind::crash;
    case FaultKind::hang: return BlowKind::hang;
    case FaultKind::cut: return BlowKind::cut;
  }
  return BlowKind::crash;
}

ServerMoment moment_of(ServerStep step) {
  switch (step) {
    case ServerStep::began: return ServerMoment::began;
    case ServerStep::heard: return ServerMoment::heard;
    case ServerStep::signalled: return ServerMoment::signalled;
    case ServerStep::collected: return ServerMoment::collected;
    case ServerStep::committed: return ServerMoment::committed;
    case ServerStep::durable: return ServerMoment::durable;
  }
  return ServerMoment::began;
}

// Workers join before the first round begins; that counts as its part.
RoundId begun(RoundId round) { return std::max(round, RoundId(1)); }

}  // namespace

FaultMoment moment_of(WorkerStep step) {
  return static_cast<FaultMoment>(std::ranges::find(kSteps, step) - kSteps.begin());
}

ModelFaults::ModelFaults(std::vector<Fault> faults, std::vector<ServerFault> server)
    : desk_(std::move(faults)), server_(std::move(server)) {}

Result<ModelFaults> ModelFaults::make(const FaultModel& model, std::uint64_t seed, std::size_t workers,
                                      std::uint64_t rounds) {
  Result<std::vector<Fault>> faults = model.schedule(seed, workers, rounds);
  if (!faults) return faults.error();
  Result<std::vector<ServerFault>> server = model.server_schedule(seed, rounds);
  if (!server) return server.error();
  return ModelFaults(std::move(faults).value(), std::move(server).value());
}

std::optional<Blow> ModelFaults::strike(WorkerId worker, RoundId round, WorkerStep step,
                                        Server::Phase /*phase*/) {
  const RoundId now = begun(round);
  const std::optional<Fault> fault = desk_.strike(worker, now, moment_of(step));
  if (!fault) return std::nullopt;
  Blow blow{blow_of(fault->kind), fault->back_after, std::nullopt};
  if (fault->back) blow.back_in_round = RoundId(now.value + *fault->back);
  return blow;
}

bool ModelFaults::may_strike(WorkerId worker, RoundId round, WorkerStep step) const {
  return desk_.is_due(worker, begun(round), moment_of(step));
}

std::optional<Duration> ModelFaults::strike_server(RoundId round, ServerStep step) {
  const auto due = std::ranges::find_if(
      server_, [&](const ServerFault& fault) { return fault.round <= round && fault.at == moment_of(step); });
  if (due == server_.end()) return std::nullopt;
  const Duration down = due->down;
  server_.erase(due);
  return down;
}

void ModelFaults::on_signal(RoundId round, const Selection& selection) {
  desk_.resolve(round, selection.used);
}

}  // namespace gleaner
