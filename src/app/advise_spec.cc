#include "app/advise_spec.h"

#include <map>
#include <memory>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "app/build_plan.h"
#include "app/order_flag.h"
#include "app/recovery_flags.h"
#include "work/spec_grammar.h"

namespace gleaner {
namespace {

// Some 200 settings are planned and tried: more would take hours.
constexpr std::size_t kWorkersMax = 10'000;
constexpr std::size_t kChunksMax = 100'000;
constexpr std::size_t kRoundsMax = 10'000'000;
constexpr std::size_t kDimensionMax = 1'000'000'000'000;
constexpr std::size_t kThreadsMax = 1024;

Status within(std::string_view flag, std::size_t value, std::size_t most, std::size_t least = 1) {
  if (value >= least && value <= most) return {};
  return bad_input(fmt::format("{} {} is not between {} and {}", flag, value, least, most),
                   "give a number between them");
}

Status check_sizes(const AdviseOptions& o) {
  if (Status s = within("--workers", o.workers, kWorkersMax); !s) return s;
  if (Status s = within("--chunks", o.chunks.value_or(o.workers), kChunksMax); !s) return s;
  if (Status s = within("--dimension", o.dimension, kDimensionMax); !s) return s;
  if (Status s = within("--trials", o.trials, kRoundsMax); !s) return s;
  if (Status s = within("--rounds", o.rounds, kRoundsMax / o.trials); !s) return s;
  if (Status s = within("--threads", o.threads, kThreadsMax, 0); !s) return s;
  if (o.residual >= 0 && o.residual < 1) return {};
  return bad_input(fmt::format("--residual {} is not from 0 on and below 1", o.residual),
                   "give 0 for exact recovery, or a share like 0.3");
}

Result<Conditions> conditions_of(const AdviseOptions& o) {
  Result<Conditions> conditions = Conditions::parse({o.speeds, o.faults, o.network, "none"});
  if (!conditions || o.bandwidth.empty()) return conditions;
  const Result<double> bandwidth = parse_bandwidth(o.bandwidth);
  if (!bandwidth)
    return bad_input(fmt::format("--bandwidth: {}", bandwidth.error().what), bandwidth.error().cure);
  NetworkModel& network = conditions.value().network;
  if (network.bandwidth < NetworkModel::kUnlimited) {
    return bad_input("--bandwidth and --network both say how wide a worker's link is", "give one of them");
  }
  network.bandwidth = bandwidth.value();
  return conditions;
}

PlanOptions plan_options(const AdviseOptions& o, const PlanSetting& setting) {
  PlanOptions plan;
  plan.method = name_of(setting.method);
  plan.scheme = name_of(setting.scheme);
  plan.workers = o.workers;
  plan.chunks = o.chunks;
  plan.replication = setting.replication;
  plan.blocks = setting.blocks;
  plan.seed = o.seed;
  plan.given = {"--replication"};
  plan.order = choose_order(plan.order, policy_named(o.policy).value_or(Policy::fixed), plan).name;
  // Only times are simulated, for which any frame will do, and a good one takes up to a second.
  plan.frame = setting.blocks > 1 ? "gaussian" : "ones";
  return plan;
}

// The coded methods share who holds what and the order.
class Plans {
 public:
  explicit Plans(AdviseOptions options) : options_(std::move(options)) {}

  Result<std::shared_ptr<const Plan>> of(const PlanSetting& s) {
    const PlanOptions o = plan_options(options_, s);
    if (s.method == Method::uncoded) return shared(build_plan(o, s.method));
    const auto key = std::tuple(s.scheme, s.replication, s.blocks);
    auto at = known_.find(key);
    if (at == known_.end()) {
      Result<std::shared_ptr<const Plan>> partial = shared(build_plan(o, Method::partial));
      if (!partial) return partial;
      at = known_.emplace(key, std::move(partial).value()).first;
    }
    const Plan& known = *at->second;
    if (s.method == known.method()) return at->second;
    return shared(known.with_method(s.method));
  }

 private:
  static Result<std::shared_ptr<const Plan>> shared(Result<Plan> plan) {
    if (!plan) return plan.error();
    return std::make_shared<const Plan>(std::move(plan).value());
  }

  AdviseOptions options_;
  std::map<std::tuple<Scheme, std::size_t, std::size_t>, std::shared_ptr<const Plan>> known_;
};

std::string plan_flags_of(const AdviseOptions& o, const PlanSetting& s) {
  std::string text = fmt::format(" --workers {}", o.workers);
  if (o.chunks) text += fmt::format(" --chunks {}", *o.chunks);
  if (s.method != Method::partial) text += fmt::format(" --method {}", name_of(s.method));
  if (s.method == Method::uncoded) return text;
  text +=
      fmt::format(" --scheme {} --replication {} --blocks {}", name_of(s.scheme), s.replication, s.blocks);
  if (s.scheme == Scheme::regular_graph) text += fmt::format(" --seed {}", o.seed);
  return text;
}

}  // namespace

Result<AdviseSpec> advise_spec(const AdviseOptions& o) {
  if (Status s = check_sizes(o); !s) return s.error();
  Result<Conditions> conditions = conditions_of(o);
  if (!conditions) return conditions.error();
  AdviseSpec spec;
  spec.conditions = std::move(conditions).value();
  spec.limits = {o.workers, o.chunks.value_or(o.workers), o.dimension, std::nullopt, o.losses, o.residual};
  if (!o.memory.empty()) {
    const Result<std::uint64_t> memory = parse_bytes(o.memory);
    if (!memory) return bad_input(fmt::format("--memory: {}", memory.error().what), memory.error().cure);
    spec.limits.memory = memory.value();
  }
  const Result<Policy> policy = parse_policy(o.policy);
  if (!policy) return policy.error();
  spec.policy = policy.value();
  spec.rounds = o.rounds;
  spec.trials = o.trials;
  spec.seed = o.seed;
  spec.threads = o.threads;
  if (Status s = check(spec); !s) return s.error();
  spec.plan_of = [plans = std::make_shared<Plans>(o)](const PlanSetting& s) { return plans->of(s); };
  return spec;
}

std::string train_command_line(const AdviseOptions& o, const PlanSetting& s) {
  std::string text = "gleaner train" + plan_flags_of(o, s);
  if (s.recovery.kind == Recovery::Kind::deadline) {
    text += fmt::format(" --recovery deadline={}", duration_text(s.recovery.deadline));
  } else if (s.recovery.kind == Recovery::Kind::residual) {
    text += fmt::format(" --recovery residual={}", number_text(s.recovery.residual));
  }
  if (s.method == Method::partial && o.policy != TrainOptions().policy) text += " --policy " + o.policy;
  return text;
}

std::string plan_command_line(const AdviseOptions& o, const PlanSetting& s) {
  return fmt::format("gleaner plan{} --dimension {}", plan_flags_of(o, s), o.dimension);
}

}  // namespace gleaner
