// train: a RunSpec around the embedder's function, run by one of the two drivers.
#include <gleaner/train.hpp>

#include <fmt/format.h>

#include <cmath>
#include <memory>

#include <system_error>

#include "coding/code.h"
#include "embed/bridge.h"
#include "embed/own_objective.h"
#include "runtime/thread_cluster.h"
#include "sim/virtual_cluster.h"
#include "training/defaults.h"
#include "work/run_spec.h"
#include "work/schedule_spec.h"

namespace gleaner::v1 {
namespace {

Round to_public(const RoundRecord& r) {
  return {.round = r.round,
          .seconds = r.seconds,
          .loss = r.loss,
          .accuracy = r.accuracy,
          .residual = r.residual,
          .gradient_error = r.gradient_error,
          .chunks_completed = r.chunks_completed,
          .chunks_used = r.chunks_used,
          .bytes_to_server = r.bytes_to_server,
          .workers = r.workers};
}

// Keeps the rounds, and ends the run when the embedder says so or when his function has failed.
class Watch final : public RunObserver {
 public:
  Watch(const OwnObjective& objective, const TrainOptions& options)
      : objective_(objective), options_(options) {}

  void record(const TraceRecord& record) override {
    const Note& n = record.note;
    if (n.kind != NoteKind::chunk_rejected || !failure_.empty() || !n.chunk || !n.worker) return;
    const std::string why = objective_.why(n.round, *n.chunk);
    failure_ = fmt::format("round {}: chunk {} on worker {}: {}", n.round.value, n.chunk->value,
                           n.worker->value, why.empty() ? n.text : why);
  }

  void on_round(const RoundRecord& record) override {
    rounds_.push_back(to_public(record));
    if (!options_.on_round) return;
    try {
      if (!options_.on_round(rounds_.back())) stop_ = true;
    } catch (const std::exception& e) {
      failure_ = fmt::format("round {}: on_round threw: {}", record.round, e.what());
    } catch (...) {
      failure_ = fmt::format("round {}: on_round threw something that is no std::exception", record.round);
    }
  }

  [[nodiscard]] bool keep_going() override { return !stop_ && failure_.empty(); }

  [[nodiscard]] const std::string& failure() const { return failure_; }
  [[nodiscard]] std::vector<Round>&& rounds() { return std::move(rounds_); }

 private:
  const OwnObjective& objective_;
  const TrainOptions& options_;
  std::vector<Round> rounds_;
  std::string failure_;
  bool stop_ = false;
};

gleaner::Result<ServerOptions> server_options(const TrainOptions& o) {
  ServerOptions server;
  if (!(o.deadline_seconds >= 0 && o.deadline_seconds < 1e9))
    return bad_input(fmt::format("deadline_seconds {} is no length of time", o.deadline_seconds),
                     "give seconds, or 0 for none");
  if (!(o.residual >= 0 && o.residual < 1))
    return bad_input(fmt::format("residual {} is not in [0, 1)", o.residual), "give 0 for exact gradients");
  if (o.deadline_seconds > 0 && o.residual > 0)
    return bad_input("deadline_seconds and residual both say when a round ends", "give one of them");
  if (o.deadline_seconds > 0) {
    server.recovery = {Recovery::Kind::deadline, from_seconds(o.deadline_seconds), 0};
  } else if (o.residual > 0) {
    server.recovery = {Recovery::Kind::residual, {}, o.residual};
  }
  const std::optional<Policy> policy = policy_named(o.policy);
  if (!policy) {
    return bad_input(fmt::format("policy \"{}\" is none", o.policy), "give static, skip or replan");
  }
  server.policy = *policy;
  if (o.approximate_if_lost) server.when_unrecoverable = WhenUnrecoverable::approximate;
  return server;
}

gleaner::Result<Stopping> stopping(const TrainOptions& o) {
  Stopping s;
  if (!(o.time_limit_seconds >= 0 && o.time_limit_seconds < 1e9))
    return bad_input(fmt::format("time_limit_seconds {} is no length of time", o.time_limit_seconds),
                     "give seconds, or 0 for none");
  if (o.target_accuracy != 0) s.target_accuracy = o.target_accuracy;
  if (o.time_limit_seconds > 0) s.time_limit = from_seconds(o.time_limit_seconds);
  return s;
}

Status set_options(const TrainOptions& o, RunSpec& spec) {
  const auto kind = parse_optimizer(o.optimizer);
  if (!kind) return kind.error();
  spec.optimizer = default_optimizer("", kind.value());
  spec.optimizer.learning_rate = o.learning_rate;
  spec.optimizer.momentum = o.momentum;
  const auto schedule = parse_schedule(o.schedule, o.rounds);
  if (!schedule) return schedule.error();
  spec.schedule = schedule.value();
  spec.l2 = o.l2;
  const auto stop = stopping(o);
  if (!stop) return stop.error();
  spec.stopping = stop.value();
  const auto server = server_options(o);
  if (!server) return server.error();
  spec.server = server.value();
  const auto speeds = SpeedModel::parse(o.speeds, TimeUnits::required);
  if (!speeds) return speeds.error();
  spec.speeds = speeds.value();
  const auto faults = FaultModel::parse(o.faults);
  if (!faults) return faults.error();
  const auto losses = faults.value().schedule(o.seed, spec.plan->workers(), o.rounds);
  if (!losses) return losses.error();
  spec.faults = losses.value();
  spec.rounds = o.rounds;
  spec.seed = o.seed;
  spec.verify = o.verify;
  return {};
}

gleaner::Result<RunSpec> spec_of(const Objective& objective, const Plan& plan, const TrainOptions& options) {
  auto checked = to_internal(plan);
  if (!checked) return checked.error();
  if (Status s = OwnObjective::check(objective); !s) return s.error();
  if (objective.chunks != plan.chunks)
    return bad_input(
        fmt::format("the objective has {} chunks but the plan has {}", objective.chunks, plan.chunks),
        "cut the data as PlanOptions::chunks says");
  RunSpec spec;
  spec.plan = std::make_shared<const gleaner::Plan>(std::move(checked).value());
  spec.code = code_for(spec.plan->method());
  spec.objective = std::make_shared<const OwnObjective>(objective);
  if (Status s = set_options(options, spec); !s) return s.error();
  if (Status s = check(spec); !s) return s.error();
  return spec;
}

}  // namespace

Result<TrainResult> train(const Objective& objective, const Plan& plan, const TrainOptions& options) {
  const auto spec = spec_of(objective, plan, options);
  if (!spec) return to_public(spec.error());
  const auto& own = static_cast<const OwnObjective&>(*spec.value().objective);
  Watch watch(own, options);
  RunResult run;
  try {
    run = options.virtual_clock ? run_virtual(spec.value(), watch) : run_threads(spec.value(), watch);
  } catch (const std::system_error& e) {
    return Error{Error::Kind::run_failed,
                 std::string("the plan needs more threads than the system gives: ") + e.what(),
                 "use fewer workers, or virtual_clock, which needs no threads"};
  }

  const std::string failure = watch.failure().empty() ? own.first_failure() : watch.failure();
  if (!failure.empty())
    return Error{Error::Kind::run_failed, failure,
                 "mend the function; where numbers have grown without bound, lower learning_rate"};
  if (run.summary.status == "failed") return to_public(run_failed(run.summary.reason));
  return TrainResult{.parameters = std::move(run.parameters),
                     .rounds = watch.rounds(),
                     .workers_lost = run.summary.workers_lost,
                     .interrupted = run.summary.status == "interrupted",
                     .reason = run.summary.reason};
}

}  // namespace gleaner::v1
