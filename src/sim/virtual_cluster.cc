#include "sim/virtual_cluster.h"

#include <algorithm>

#include "sim/cluster.h"
#include "sim/training_work.h"
#include "work/snapshot.h"

namespace gleaner {
namespace {

ClusterSpec cluster_of(const RunSpec& spec, std::uint32_t segments) {
  ClusterSpec c;
  c.plan = spec.plan;
  c.code = spec.code;
  c.server = first_server(spec);
  c.speeds = spec.speeds;
  c.nominal_chunk_time = kNominalChunkTime;
  c.rounds = spec.rounds;
  c.parameter_bytes = spec.objective->parameters() * sizeof(float);
  c.dimension = spec.objective->dimension();
  c.segments = segments;
  c.credits = static_cast<std::uint32_t>(std::min<std::size_t>(spec.credits, kUnlimitedCredits));
  c.silence = spec.silence;
  return c;
}

Trial trial_of(const RunSpec& spec) {
  Trial trial{.seed = spec.seed, .faults = spec.faults};
  if (spec.resume) trial.from = {first_round(spec), first_elapsed(spec), first_cluster(spec)};
  return trial;
}

}  // namespace

RunResult run_virtual(const RunSpec& spec, RunObserver& observer) {
  TrainingWork work(spec, observer);
  Cluster cluster(cluster_of(spec, work.segments()));
  Cluster::Hooks hooks;
  hooks.vectors = &work;
  hooks.watcher = &work;
  hooks.ledger = work.ledger();
  hooks.go_on = [&](Time now, const Cluster::Picture& picture) { return work.go_on(now, picture); };
  return work.result(cluster.run(trial_of(spec), hooks));
}

}  // namespace gleaner
