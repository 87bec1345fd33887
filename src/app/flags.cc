#include "app/flags.h"

#include <functional>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "work/spec_grammar.h"

namespace gleaner {
namespace {

constexpr const char* kTrainExamples = R"(Examples:
  gleaner train
      softmax on built-in synthetic classes, 8 workers, as fast as they go
  gleaner train --speeds exponential:mean=40ms --compare
      with workers of random speed, against waiting for all and the original code
  gleaner train --data t10k-images-idx3-ubyte.gz --labels t10k-labels-idx1-ubyte.gz \
      --test-fraction 0.2 --verify --model-out model.npz
      on your own data, every gradient checked against a plain sum
  gleaner train --blocks 2 --replication 4 --faults crash:count=1,round=5,at=after-signal
      half the bytes to the server, and a worker lost in the middle of round 5

--speeds  KIND[:KEY=VALUE,..]: constant, exponential, shifted-exponential, lognormal, pareto,
          bimodal, markov, trace, none; + slow:factor=3,workers=2/5
--faults  crash|hang:count=1[,workers=2/5][,round=5][,at=start|mid|after-signal|sending][,back=3]
)";

constexpr const char* kPlanExamples = R"(Examples:
  gleaner plan --workers 12 --replication 4 --blocks 2
  gleaner plan --assignment assignment.csv --blocks 3 --json
  gleaner plan --workers 8 --out plan.json && gleaner train --plan plan.json
)";

// Carries an Error through CLI11.
class BadFlag final : public CLI::ValidationError {
 public:
  explicit BadFlag(gleaner::Error error) : CLI::ValidationError(error.sentence()), error_(std::move(error)) {}
  [[nodiscard]] const gleaner::Error& error() const { return error_; }

 private:
  gleaner::Error error_;
};

// Adds flags of one group. Numbers are read here and not by CLI11, which takes -3 for 2^64 - 3 and an empty
// value for none.
class Flags {
 public:
  Flags(CLI::App& app, std::string group) : app_(app), group_(std::move(group)) {}

  void text(const std::string& flag, std::string& target, const char* type, const char* meaning) {
    add(flag, type, meaning, target, [&target](const std::string& value) -> Status {
      target = value;
      return {};
    });
  }
  template <class Whole>  // an integer or an optional one
  void count(const std::string& flag, Whole& target, const char* meaning) {
    add(flag, "N", meaning, shown(target), [&target, flag](const std::string& value) -> Status {
      const std::optional<std::uint64_t> number = parse_count(value);
      if (number) target = static_cast<std::uint64_t>(*number);
      if (number) return {};
      const bool digits = value.find_first_not_of("0123456789") == std::string::npos;
      return bad_input(digits ? fmt::format("{} {} is too large", flag, value)
                              : fmt::format("{} {} is not a whole number from 0 on", flag, value),
                       fmt::format("write digits alone, like {} 8", flag));
    });
  }
  template <class Real>  // double or an optional one
  void number(const std::string& flag, Real& target, const char* meaning) {
    add(flag, "X", meaning, shown(target), [&target, flag](const std::string& value) -> Status {
      const std::optional<double> number = parse_number(value);
      if (number) target = *number;
      if (number) return {};
      return bad_input(fmt::format("{} {} is not a finite number", flag, value),
                       fmt::format("write a decimal number, like {} 0.1", flag));
    });
  }
  void toggle(const std::string& flag, bool& target, const char* meaning) {
    app_.add_flag(flag, target, meaning)->group(group_)->disable_flag_override();
  }

 private:
  template <class Number>
  static std::string shown(const Number& value) {
    if constexpr (requires { value.has_value(); }) {
      return value ? fmt::format("{}", *value) : "";
    } else {
      return fmt::format("{}", value);
    }
  }

  void add(const std::string& flag, const char* type, const char* meaning, const std::string& preset,
           std::function<Status(const std::string&)> store) {
    const CLI::callback_t read = [flag, store = std::move(store)](const CLI::results_t& words) {
      const std::string value = words.empty() ? "" : words.back();
      if (value.empty() || value.starts_with("--")) {
        throw BadFlag(bad_input(
            fmt::format("{} needs a value", flag),
            value.empty() ? "give one, or leave the flag away" : fmt::format("write it before {}", value)));
      }
      if (const Status stored = store(value); !stored) throw BadFlag(stored.error());
      return true;
    };
    app_.add_option(flag, read, meaning)->type_name(type)->default_str(preset)->group(group_);
  }

  CLI::App& app_;
  std::string group_;
};

void add_plan_group(CLI::App& app, PlanOptions& o) {
  Flags plan(app, "Plan");
  plan.text("--method", o.method, "NAME", "partial, original or uncoded");
  plan.text("--scheme", o.scheme, "NAME", "who holds what: cyclic, fractional-repetition or regular-graph");
  plan.text("--assignment", o.assignment, "FILE", "CSV file with the columns chunk,worker");
  plan.text("--plan", o.plan_file, "FILE", "a plan made by gleaner plan --out");
  plan.count("--workers", o.workers, "number of workers");
  plan.count("--chunks", o.chunks, "number of data chunks (default: as many as workers)");
  plan.count("--replication", o.replication, "workers that hold each chunk");
  plan.count("--blocks", o.blocks, "vectors are 1/blocks of a gradient");
  plan.text("--order", o.order, "NAME", "order within the workers: optimal, worst-case, random or given");
  plan.text("--frame", o.frame, "SPEC", "decoding vectors: auto, ones, gaussian, coloured[:improve=30s]");
  plan.count("--seed", o.seed, "one seed, one run");
}

}  // namespace

void add_train_flags(CLI::App& app, TrainOptions& o) {
  add_plan_group(app, o.plan);

  Flags data(app, "Data and model");
  data.text("--objective", o.objective, "NAME", "softmax or logistic");
  data.text("--data", o.data, "FILE", "training samples (default: synthetic classes)");
  data.text("--labels", o.labels, "FILE", "labels, where they are a file of their own (IDX)");
  data.text("--test", o.test, "FILE", "test samples");
  data.text("--test-labels", o.test_labels, "FILE", "their labels (IDX)");
  data.number("--test-fraction", o.test_fraction, "test on the last part of the samples, e.g. 0.2");
  data.text("--format", o.format, "NAME", "auto, idx or libsvm");
  data.text("--optimizer", o.optimizer, "NAME", "sgd, momentum or adam (default: momentum)");
  data.number("--lr", o.learning_rate, "step size (default: what suits them)");
  data.number("--momentum", o.momentum, "momentum, or beta1 of adam (default: 0.9)");
  data.number("--l2", o.l2, "weight of L2 regularisation");
  data.count("--rounds", o.rounds, "rounds to train");
  data.text("--time-limit", o.time_limit, "TIME", "end after the round in which this time is up, e.g. 5min");

  Flags world(app, "Recovery and disturbances");
  world.text("--policy", o.policy, "NAME", "what holders of a finished chunk do: static");
  world.text("--recovery", o.recovery, "RULE", "exact, deadline=200ms or residual=0.3");
  world.text("--when-unrecoverable", o.when_unrecoverable, "WHAT", "stop, approximate or wait=60s");
  world.text("--speeds", o.speeds, "SPEC", "injected chunk times, e.g. exponential:mean=40ms");
  world.text("--faults", o.faults, "SPEC", "injected losses, e.g. crash:count=1,round=5");
  world.text("--clock", o.clock, "NAME", "real, or virtual: the same machines on simulated time");

  Flags output(app, "Output");
  output.toggle("--verify", o.verify, "compare every gradient with a plain double-precision sum");
  output.toggle("--compare", o.compare, "run the other methods too, on the same draws");
  output.toggle("--json", o.json, "the summary as JSON on stdout");
  output.text("--log", o.log, "FILE", "write a JSON line per round (--compare: FILE.METHOD.jsonl too)");
  output.text("--trace", o.trace, "FILE", "write what happened, as sentences");
  output.text("--model-out", o.model_out, "FILE", "save the trained model (.npz)");
  app.footer(kTrainExamples);
}

void add_plan_flags(CLI::App& app, FactsOptions& o) {
  add_plan_group(app, o.plan);
  Flags output(app, "Output");
  output.count("--dimension", o.dimension, "length of the gradient, for the memory facts");
  output.toggle("--json", o.json, "one JSON object on stdout");
  output.text("--out", o.out, "FILE", "write the plan to this file");
  app.footer(kPlanExamples);
}

void add_version_flags(CLI::App& app, bool& json) {
  Flags(app, "Output").toggle("--json", json, "one JSON object on stdout");
}

std::vector<std::string> given_flags(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    if (option->count() == 0) continue;
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

Error flag_error(const std::string& command, const CLI::ParseError& error) {
  if (const auto* bad = dynamic_cast<const BadFlag*>(&error)) return bad->error();
  const std::string help = fmt::format("see gleaner {} --help", command);
  const std::string text = error.what();
  if (dynamic_cast<const CLI::ArgumentMismatch*>(&error) == nullptr) return bad_input(text, help);
  const std::size_t name = text.find_first_not_of('-');
  const std::string flag = "--" + text.substr(name, text.find_first_of(": ") - name);
  if (text.find("At Most") != std::string::npos) {
    return bad_input(fmt::format("{} is given more than once", flag), "give it once");
  }
  if (text.find("override") != std::string::npos) {
    return bad_input(fmt::format("{} takes no value", flag), fmt::format("write {} alone", flag));
  }
  return bad_input(fmt::format("{} needs a value", flag), help);
}

Error unknown_flag(const CLI::App& app, const std::string& command, const std::string& word) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  const std::vector<std::string_view> known(names.begin(), names.end());
  const std::string name = word.substr(0, word.find('='));
  std::string cure = fmt::format("see gleaner {} --help", command);
  if (const auto nearest = nearest_name(name, known))
    cure = fmt::format("did you mean {}? {}", *nearest, cure);
  return bad_input(name.starts_with("-") ? fmt::format("there is no flag {}", name)
                                         : fmt::format("'{}' is not expected here", word),
                   cure);
}

}  // namespace gleaner
