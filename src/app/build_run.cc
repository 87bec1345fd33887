#include "app/build_run.h"

#include "app/build_plan.h"
#include "app/cluster_run.h"
#include "app/load_data.h"
#include "app/make_objective.h"
#include "app/order_flag.h"
#include "app/recovery_flags.h"
#include "training/samples.h"

namespace gleaner {

Result<std::unique_ptr<RunKit>> RunKit::make(const TrainOptions& options) {
  Result<RunSettings> settings = read_settings(options);
  if (!settings) return settings.error();
  Result<TrainTest> data = load_data(options);
  if (!data) return data.error();
  std::unique_ptr<RunKit> kit(new RunKit(options, std::move(settings).value(), std::move(data).value()));
  if (is_torch(options.objective)) {
    Result<TorchKit> torch = TorchKit::make(options, kit->train());
    if (!torch) return torch.error();
    kit->torch_ = std::move(torch).value();
  }
  const Result<Method> method = chosen_method(options.plan);
  if (!method) return method.error();
  if (const Result<RunSpec> spec = kit->spec(method.value()); !spec) return spec.error();
  return kit;
}

Result<std::shared_ptr<const Plan>> RunKit::plan_of(Method method) const {
  std::shared_ptr<const Plan>& known = plans_[method];
  if (known) return known;
  // The coded methods share who holds what, the order and the frame, also where it was searched for some
  // seconds.
  const auto twin = plans_.find(method == Method::partial ? Method::original : Method::partial);
  const bool shared = method != Method::uncoded && twin != plans_.end() && twin->second != nullptr;
  PlanOptions options = options_.plan;
  options.order = choose_order(options.order, settings_.server.policy, options).name;
  Result<Plan> plan =
      shared ? Plan::make(method, twin->second->assignment(), twin->second->ordering(), twin->second->frame())
             : build_plan(options, method);
  if (!plan) return plan.error();
  known = std::make_shared<const Plan>(std::move(plan).value());
  return known;
}

Result<RunSpec> RunKit::spec(Method method) const {
  RunSpec spec;
  Result<std::shared_ptr<const Plan>> plan = plan_of(method);
  if (!plan) return plan.error();
  spec.plan = std::move(plan).value();
  spec.code = code_for(method);
  Result<std::shared_ptr<const Objective>> made =
      make_objective(options_, torch(), data_.train, spec.plan->chunks(), settings_.local);
  if (!made) return made.error();
  spec.objective = std::move(made).value();
  spec.local = settings_.local;
  if (std::string arithmetic = spec.objective->arithmetic(); arithmetic != spec.plan->arithmetic())
    spec.plan = std::make_shared<const Plan>(spec.plan->with_arithmetic(std::move(arithmetic)));
  spec.optimizer = settings_.optimizer;
  spec.schedule = settings_.schedule;
  spec.l2 = options_.l2;
  spec.server = settings_.server;
  set_policy(spec.server, method, settings_.server.policy, settings_.server.margin);
  spec.server.learn_orders =
      choose_order(options_.plan.order, settings_.server.policy, options_.plan).learned;
  spec.speeds = settings_.speeds;
  Result<std::vector<Fault>> faults =
      settings_.faults.schedule(options_.plan.seed, spec.plan->workers(), options_.rounds);
  if (!faults) return faults.error();
  spec.faults = std::move(faults).value();
  spec.rounds = options_.rounds;
  spec.stopping = settings_.stopping;
  if (options_.test_every > 0 && data_.test.rows == 0) {
    return bad_input("--test-every without a test set", "give --test FILE or --test-fraction 0.2");
  }
  if (data_.test.rows > 0 && spec.objective->classifies()) {
    const bool target = spec.stopping.target_accuracy.has_value();
    const std::uint64_t every = options_.test_every > 0 ? options_.test_every : target ? 1 : options_.rounds;
    spec.test = TestSet{samples_of(data_.test), every};
    spec.stopping.on_test_set = target;
  }
  spec.seed = options_.plan.seed;
  spec.verify = options_.verify;
  if (Status s = check(spec); !s) return s.error();
  if (options_.cluster.on()) spec.segment_floats = kWireSegmentFloats;
  if (Status s = choose_keeping(settings_.memory, data_.train, options_.cluster.on(), spec); !s)
    return s.error();
  return spec;
}

double RunKit::test_accuracy(const RunSpec& spec, const std::vector<float>& parameters) const {
  if (data_.test.rows == 0 || !spec.objective->classifies()) return kNotMeasured;
  const Tallies t = spec.objective->evaluate(parameters, samples_of(data_.test));
  return t.samples > 0 ? t.correct / t.samples : kNotMeasured;
}

StartRecord RunKit::start_record(const RunSpec& spec) const {
  StartRecord r;
  r.method = std::string(spec.code->name());
  r.policy = name_of(spec.server.policy);
  r.margin = spec.server.margin;
  r.objective = options_.objective;
  r.data = data_.train.name;
  r.optimizer = std::string(name_of(spec.optimizer.kind));
  r.recovery = options_.recovery;
  r.fingerprint = spec.plan->fingerprint().hex;
  r.seed = spec.seed;
  r.workers = spec.plan->workers();
  r.chunks = spec.plan->chunks();
  r.replication = spec.plan->assignment().replication_min();
  r.blocks = spec.plan->blocks();
  r.parameters = spec.objective->parameters();
  r.samples = data_.train.rows;
  r.rounds = spec.rounds;
  r.learning_rate = spec.optimizer.learning_rate;
  r.l2 = spec.l2;
  r.local_steps = spec.local.steps;
  r.local_learning_rate = spec.local.learning_rate;
  r.prox = spec.local.prox;
  return r;
}

}  // namespace gleaner
