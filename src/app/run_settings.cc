#include "app/run_settings.h"

#include <cmath>

#include <fmt/format.h>

#include "app/build_plan.h"
#include "app/choices.h"
#include "training/defaults.h"
#include "work/schedule_spec.h"
#include "work/spec_grammar.h"

namespace gleaner {
namespace {

// An error that does not know from which flag its value came gets the flag put before it.
Status check_value(std::string_view flag, std::string_view text, const Status& status) {
  if (status) return status;
  return bad_input(fmt::format("{} {}: {}", flag, text, status.error().what), status.error().cure);
}

Result<Recovery> parse_recovery(const std::string& text) {
  if (text == "exact") return Recovery{};
  if (text.starts_with("exact=")) return bad_input("--recovery exact takes no value", "write exact alone");
  const auto at = text.find('=');
  const std::string kind = text.substr(0, at);
  const std::string value = at == std::string::npos ? "" : text.substr(at + 1);
  if (kind == "deadline") {
    const Result<Duration> d = parse_duration(value, TimeUnits::required);
    if (!d) return bad_input("--recovery " + text + ": " + d.error().what, d.error().cure);
    return Recovery{Recovery::Kind::deadline, d.value(), 0};
  }
  if (kind == "residual") {
    const std::optional<double> r = parse_number(value);
    if (!r)
      return bad_input("--recovery " + text + ": '" + value + "' is not a number", "write residual=0.2");
    return Recovery{Recovery::Kind::residual, {}, *r};
  }
  return unknown_name("--recovery", "rule", kind, kRecoveries);
}

Status parse_unrecoverable(const std::string& text, ServerOptions& server) {
  const auto at = text.find('=');
  const std::string kind = text.substr(0, at);
  if (kind == "wait") {
    server.when_unrecoverable = WhenUnrecoverable::wait;
    if (at == std::string::npos) return {};
    const Result<Duration> d = parse_duration(text.substr(at + 1), TimeUnits::required);
    if (!d) return bad_input("--when-unrecoverable " + text + ": " + d.error().what, d.error().cure);
    server.wait = d.value();
    return {};
  }
  const Result<std::string_view> chosen = choose("--when-unrecoverable", text, kUnrecoverable);
  if (!chosen) return chosen.error();
  server.when_unrecoverable = text == "stop" ? WhenUnrecoverable::stop : WhenUnrecoverable::approximate;
  return {};
}

Status read_names(const TrainOptions& o) {
  if (const auto r = choose("--objective", o.objective, kObjectives); !r) return r.error();
  if (const auto r = choose("--clock", o.clock, kClocks); !r) return r.error();
  if (o.plan.gave("--hidden") && o.objective != "mlp") {
    return bad_input(fmt::format("--hidden has no meaning for --objective {}", o.objective),
                     "give --objective mlp, or leave --hidden away");
  }
  if (const auto r = choose("--policy", o.policy, kPolicies); !r) return r.error();
  return {};
}

Status read_optimizer(const TrainOptions& o, RunSettings& settings) {
  std::optional<OptimizerKind> kind;
  if (!o.optimizer.empty()) {
    const Result<OptimizerKind> parsed = parse_optimizer(o.optimizer);
    if (!parsed) return parsed.error();
    kind = parsed.value();
  }
  OptimizerOptions& optimizer = settings.optimizer;
  optimizer = default_optimizer(o.objective, kind);
  if (o.learning_rate) optimizer.learning_rate = *o.learning_rate;
  if (o.momentum && optimizer.kind == OptimizerKind::sgd) {
    return bad_input("--momentum has no meaning for --optimizer sgd", "use --optimizer momentum");
  }
  if (o.momentum) optimizer.momentum = *o.momentum;
  if (Status s = check(optimizer); !s) return s;
  if (!(o.l2 >= 0) || !std::isfinite(o.l2)) {
    return bad_input(fmt::format("--l2 {} is not a weight", o.l2), "give 0 or more");
  }
  return {};
}

Status read_recovery(const TrainOptions& o, ServerOptions& server) {
  const Result<Recovery> recovery = parse_recovery(o.recovery);
  if (!recovery) return recovery.error();
  server.recovery = recovery.value();
  if (Status s = check_value("--recovery", o.recovery, server.check()); !s) return s;
  if (Status s = parse_unrecoverable(o.when_unrecoverable, server); !s) return s;
  return check_value("--when-unrecoverable", o.when_unrecoverable, server.check());
}

Status read_world(const TrainOptions& o, RunSettings& settings) {
  const Result<SpeedModel> speeds = SpeedModel::parse(o.speeds, TimeUnits::required);
  if (!speeds) return speeds.error();
  settings.speeds = speeds.value();
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
  if (Status s = read_recovery(options, settings.server); !s) return s.error();
  if (Status s = read_world(options, settings); !s) return s.error();
  if (Status s = read_end(options, settings); !s) return s.error();
  return settings;
}

}  // namespace gleaner
