#include "app/run_settings.h"

#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "app/build_plan.h"
#include "app/choices.h"
#include "app/recovery_flags.h"
#include "app/run_bounds.h"
#include "app/torch_kit.h"
#include "training/defaults.h"
#include "work/schedule_spec.h"
#include "work/spec_grammar.h"

namespace gleaner {
namespace {

Status read_names(const TrainOptions& o) {
  if (const auto r = choose("--objective", o.objective, kObjectives); !r) return r.error();
  if (const auto r = choose("--clock", o.clock, kClocks); !r) return r.error();
  if (const auto r = choose("--order", o.plan.order, kRoundOrders); !r) return r.error();
  if (Status s = check_torch_flags(o); !s) return s;
  if (o.plan.gave("--hidden") && o.objective != "mlp") {
    return bad_input(fmt::format("--hidden has no meaning for --objective {}", o.objective),
                     "give --objective mlp, or leave --hidden away");
  }
  return {};
}

// Each method takes of it what it knows, when its RunSpec is made.
Status read_policy(const TrainOptions& o, RunSettings& settings) {
  const Result<Policy> policy = parse_policy(o.policy);
  if (!policy) return policy.error();
  if (Status s = check_margin(o.margin, {policy.value()}, "give --policy skip, or leave --margin away"); !s)
    return s;
  const Result<Method> method = chosen_method(o.plan);
  if (!method) return method.error();
  if (o.margin > 0 && method.value() != Method::partial && !o.compare) {
    return bad_input(fmt::format("--margin {} has no meaning for --method {}, which skips nothing", o.margin,
                                 name_of(method.value())),
                     "give --method partial, or leave --margin away");
  }
  set_policy(settings.server, Method::partial, policy.value(), o.margin);
  return {};
}

// The server's step is against a mean of changes that are steps already. Two names for one formula, or Adam's
// epsilon of 1e-8 beside changes of 1e-3, would only be mistaken: so either has its own optimisers.
Status check_kind(const TrainOptions& o, OptimizerKind kind) {
  if (is_federated(kind) == (o.local_steps > 0)) return {};
  const std::string given = fmt::format("--optimizer {}", name_of(kind));
  if (o.local_steps == 0)
    return bad_input(given + " averages local steps, and there are none",
                     "give --local-steps 5, or another --optimizer");
  return bad_input(
      fmt::format("{} steps against gradients, and --local-steps {} gives none", given, o.local_steps),
      kind == OptimizerKind::adam  ? "give --optimizer fedadam"
      : kind == OptimizerKind::sgd ? "give --optimizer fedavg"
                                   : "give --optimizer fedavgm");
}

Status read_local_updates(const TrainOptions& o, LocalUpdates& local) {
  if (o.local_steps == 0) {
    for (const auto& [flag, value] : {std::pair{"--local-lr", o.local_rate}, std::pair{"--prox", o.prox}}) {
      if (value)
        return bad_input(fmt::format("{} {} has no meaning without local steps", flag, *value),
                         fmt::format("give --local-steps 5, or leave {} away", flag));
    }
    return {};
  }
  local = {o.local_steps, o.local_rate.value_or(default_local_rate(o.objective)), o.prox.value_or(0), o.l2};
  return check(local);
}

Status read_optimizer(const TrainOptions& o, RunSettings& settings) {
  std::optional<OptimizerKind> kind;
  if (!o.optimizer.empty()) {
    const Result<OptimizerKind> parsed = parse_optimizer(o.optimizer);
    if (!parsed) return parsed.error();
    kind = parsed.value();
    if (Status s = check_kind(o, *kind); !s) return s;
  } else if (o.local_steps > 0) {
    kind = OptimizerKind::fedavg;
  }
  OptimizerOptions& optimizer = settings.optimizer;
  optimizer = default_optimizer(o.objective, kind);
  if (o.learning_rate) optimizer.learning_rate = *o.learning_rate;
  if (o.momentum && optimizer.kind == OptimizerKind::sgd) {
    return bad_input("--momentum has no meaning for --optimizer sgd", "use --optimizer momentum");
  }
  if (o.momentum && optimizer.kind == OptimizerKind::fedavg) {
    return bad_input("--momentum has no meaning for --optimizer fedavg", "use --optimizer fedavgm");
  }
  if (o.momentum) optimizer.momentum = *o.momentum;
  if (Status s = check(optimizer); !s) return s;
  if (!(o.l2 >= 0) || !std::isfinite(o.l2)) {
    return bad_input(fmt::format("--l2 {} is not a weight", o.l2), "give 0 or more");
  }
  return read_local_updates(o, settings.local);
}

Status read_world(const TrainOptions& o, RunSettings& settings) {
  const Result<SpeedModel> speeds = SpeedModel::parse(o.speeds, TimeUnits::required);
  if (!speeds) return speeds.error();
  settings.speeds = speeds.value();
  if (o.bounds) {
    if (Status s = check_bounds(settings.speeds); !s) return s;
  }
  const Result<FaultModel> faults = FaultModel::parse(o.faults);
  if (!faults) return faults.error();
  settings.faults = faults.value();
  return {};
}

Status read_end(const TrainOptions& o, RunSettings& settings) {
  if (o.rounds == 0) return bad_input("--rounds 0 leaves nothing to do", "give at least 1");
  const Result<Schedule> schedule = parse_schedule(o.schedule, o.rounds);
  if (!schedule) return schedule.error();
  settings.schedule = schedule.value();
  settings.stopping.target_accuracy = o.target_accuracy;
  if (o.time_limit.empty()) return check(settings.stopping);
  const Result<Duration> d = parse_duration(o.time_limit, TimeUnits::required);
  if (!d) return bad_input("--time-limit: " + d.error().what, d.error().cure);
  if (d.value() <= Duration::zero()) return bad_input("--time-limit 0 leaves no time", "give more");
  settings.stopping.time_limit = d.value();
  return check(settings.stopping);
}

}  // namespace

Result<RunSettings> read_settings(const TrainOptions& options) {
  RunSettings settings;
  if (Status s = read_names(options); !s) return s.error();
  if (Status s = read_optimizer(options, settings); !s) return s.error();
  Result<ServerOptions> server =
      read_recovery(options.recovery, options.when_unrecoverable, TimeUnits::required);
  if (!server) return server.error();
  settings.server = server.value();
  if (Status s = read_policy(options, settings); !s) return s.error();
  if (Status s = read_world(options, settings); !s) return s.error();
  if (Status s = read_end(options, settings); !s) return s.error();
  Result<MemorySettings> memory = read_memory(options);
  if (!memory) return memory.error();
  settings.memory = memory.value();
  return settings;
}

}  // namespace gleaner
