#include "app/build_run.h"

#include <array>
#include <cmath>

#include <fmt/format.h>

#include "app/build_plan.h"
#include "app/choices.h"
#include "data/split.h"
#include "data/synthetic.h"
#include "training/defaults.h"
#include "training/samples.h"
#include "work/spec_grammar.h"

namespace gleaner {
namespace {

// The built-in data: about as large and as hard as 10,000 handwritten digits.
constexpr std::size_t kSyntheticRows = 10000;
constexpr std::size_t kSyntheticFeatures = 784;
constexpr double kSyntheticTestFraction = 0.2;

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

// The first flag that says something about files of which there are none.
std::string_view needs_data(const TrainOptions& o) {
  if (!o.labels.empty()) return "--labels";
  if (!o.test.empty()) return "--test";
  if (!o.test_labels.empty()) return "--test-labels";
  return o.format == "auto" ? "" : "--format";
}

}  // namespace

Result<std::unique_ptr<RunKit>> RunKit::make(const TrainOptions& options) {
  std::unique_ptr<RunKit> kit(new RunKit(options));
  if (Status s = kit->read_settings(); !s) return s.error();
  if (Status s = kit->load_data(); !s) return s.error();
  const Result<Method> method = chosen_method(options.plan);
  if (!method) return method.error();
  if (const Result<RunSpec> spec = kit->spec(method.value()); !spec) return spec.error();
  return kit;
}

Status RunKit::read_settings() {
  if (const auto r = choose("--objective", options_.objective, kObjectives); !r) return r.error();
  if (const auto r = choose("--clock", options_.clock, kClocks); !r) return r.error();
  if (const auto r = choose("--policy", options_.policy, kPolicies); !r) return r.error();

  std::optional<OptimizerKind> kind;
  if (!options_.optimizer.empty()) {
    const Result<OptimizerKind> parsed = parse_optimizer(options_.optimizer);
    if (!parsed) return parsed.error();
    kind = parsed.value();
  }
  optimizer_ = default_optimizer(options_.objective, kind);
  if (options_.learning_rate) optimizer_.learning_rate = *options_.learning_rate;
  if (options_.momentum && optimizer_.kind == OptimizerKind::sgd) {
    return bad_input("--momentum has no meaning for --optimizer sgd", "use --optimizer momentum");
  }
  if (options_.momentum) optimizer_.momentum = *options_.momentum;
  if (Status s = check(optimizer_); !s) return s;
  if (!(options_.l2 >= 0) || !std::isfinite(options_.l2)) {
    return bad_input(fmt::format("--l2 {} is not a weight", options_.l2), "give 0 or more");
  }
  const Result<Recovery> recovery = parse_recovery(options_.recovery);
  if (!recovery) return recovery.error();
  server_.recovery = recovery.value();
  if (Status s = check_value("--recovery", options_.recovery, server_.check()); !s) return s;
  if (Status s = parse_unrecoverable(options_.when_unrecoverable, server_); !s) return s;
  if (Status s = check_value("--when-unrecoverable", options_.when_unrecoverable, server_.check()); !s)
    return s;

  const Result<SpeedModel> speeds = SpeedModel::parse(options_.speeds, TimeUnits::required);
  if (!speeds) return speeds.error();
  speeds_ = speeds.value();
  const Result<FaultModel> faults = FaultModel::parse(options_.faults);
  if (!faults) return faults.error();
  faults_ = faults.value();
  if (options_.rounds == 0) return bad_input("--rounds 0 leaves nothing to do", "give at least 1");
  if (!options_.time_limit.empty()) {
    const Result<Duration> d = parse_duration(options_.time_limit, TimeUnits::required);
    if (!d) return bad_input("--time-limit: " + d.error().what, d.error().cure);
    if (d.value() <= Duration::zero()) return bad_input("--time-limit 0 leaves no time", "give more");
    time_limit_ = d.value();
  }
  return {};
}

Status RunKit::load_data() {
  const Result<DataFormat> format = parse_data_format(options_.format);
  if (!format) return format.error();
  if (options_.data.empty()) {
    if (const std::string_view flag = needs_data(options_); !flag.empty()) {
      return bad_input(fmt::format("{} without --data", flag), "give the training samples with --data FILE");
    }
    const std::size_t classes = options_.objective == "logistic" ? 2 : 10;
    Result<TrainTest> cut =
        split_tail(synthetic_classification(kSyntheticRows, kSyntheticFeatures, classes, options_.plan.seed),
                   options_.test_fraction.value_or(kSyntheticTestFraction));
    if (!cut) return cut.error();
    train_ = std::move(cut.value().train);
    test_ = std::move(cut.value().test);
    return {};
  }
  if (!options_.test_labels.empty() && options_.test.empty()) {
    return bad_input("--test-labels without --test", "give the test samples with --test FILE");
  }
  const DataSpec train{format.value(), options_.data, options_.labels};
  if (!options_.test.empty()) {
    if (options_.test_fraction) {
      return bad_input("--test and --test-fraction both say what to test on", "give one of them");
    }
    Result<TrainTest> both =
        load_train_test(train, DataSpec{format.value(), options_.test, options_.test_labels});
    if (!both) return both.error();
    train_ = std::move(both.value().train);
    test_ = std::move(both.value().test);
    return {};
  }
  Result<Dataset> whole = load_dataset(train);
  if (!whole) return whole.error();
  Result<TrainTest> cut = split_tail(whole.value(), options_.test_fraction.value_or(0));
  if (!cut) return cut.error();
  train_ = std::move(cut.value().train);
  test_ = std::move(cut.value().test);
  return {};
}

Result<std::shared_ptr<const Objective>> RunKit::objective(std::size_t chunks) const {
  Result<std::vector<IndexRange>> rows = chunk_ranges(train_.rows, chunks);
  if (!rows) return rows.error();
  const Samples samples = samples_of(train_);
  if (options_.objective == "logistic" && train_.classes > 2) {
    return bad_input(
        fmt::format("--objective logistic is for 2 classes, {} has {}", train_.name, train_.classes),
        "use --objective softmax");
  }
  Result<std::unique_ptr<Objective>> made =
      options_.objective == "logistic"
          ? make_logistic(samples, std::move(rows).value())
          : make_softmax(samples, std::max<std::size_t>(2, train_.classes), std::move(rows).value());
  if (!made) return made.error();
  return std::shared_ptr<const Objective>(std::move(made).value());
}

Result<RunSpec> RunKit::spec(Method method) const {
  Result<Plan> plan = build_plan(options_.plan, method);
  if (!plan) return plan.error();
  RunSpec spec;
  spec.plan = std::make_shared<const Plan>(std::move(plan).value());
  spec.code = code_for(method);
  Result<std::shared_ptr<const Objective>> made = objective(spec.plan->chunks());
  if (!made) return made.error();
  spec.objective = std::move(made).value();
  spec.optimizer = optimizer_;
  spec.l2 = options_.l2;
  spec.server = server_;
  spec.speeds = speeds_;
  Result<std::vector<Fault>> faults =
      faults_.schedule(options_.plan.seed, spec.plan->workers(), options_.rounds);
  if (!faults) return faults.error();
  spec.faults = std::move(faults).value();
  spec.rounds = options_.rounds;
  spec.seed = options_.plan.seed;
  spec.verify = options_.verify;
  spec.policy = options_.policy;
  if (Status s = check(spec); !s) return s.error();
  return spec;
}

double RunKit::test_accuracy(const RunSpec& spec, const std::vector<float>& parameters) const {
  if (test_.rows == 0 || !spec.objective->classifies()) return kNotMeasured;
  const Tallies t = spec.objective->evaluate(parameters, samples_of(test_));
  return t.samples > 0 ? t.correct / t.samples : kNotMeasured;
}

StartRecord RunKit::start_record(const RunSpec& spec) const {
  StartRecord r;
  r.method = std::string(spec.code->name());
  r.policy = spec.policy;
  r.objective = options_.objective;
  r.data = train_.name;
  r.optimizer = std::string(name_of(spec.optimizer.kind));
  r.recovery = options_.recovery;
  r.fingerprint = spec.plan->fingerprint().hex;
  r.seed = spec.seed;
  r.workers = spec.plan->workers();
  r.chunks = spec.plan->chunks();
  r.replication = spec.plan->assignment().replication_min();
  r.blocks = spec.plan->blocks();
  r.parameters = spec.objective->parameters();
  r.samples = train_.rows;
  r.rounds = spec.rounds;
  r.learning_rate = spec.optimizer.learning_rate;
  r.l2 = spec.l2;
  return r;
}

}  // namespace gleaner
