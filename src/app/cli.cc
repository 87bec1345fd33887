#include "app/cli.h"

#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "app/exit_code.h"
#include "app/options.h"
#include "app/plan_command.h"
#include "app/train_command.h"
#include "app/version_command.h"
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

void add_plan_flags(CLI::App& app, PlanOptions& o) {
  const std::string group = "Plan";
  app.add_option("--method", o.method, "partial, original or uncoded")->capture_default_str()->group(group);
  app.add_option("--scheme", o.scheme, "who holds what: cyclic or regular-graph")
      ->capture_default_str()
      ->group(group);
  app.add_option("--assignment", o.assignment, "CSV file with the columns chunk,worker")->group(group);
  app.add_option("--plan", o.plan_file, "a plan made by gleaner plan --out")->group(group);
  app.add_option("--workers", o.workers, "number of workers")->capture_default_str()->group(group);
  app.add_option("--chunks", o.chunks, "number of data chunks (default: as many as workers)")->group(group);
  app.add_option("--replication", o.replication, "workers that hold each chunk")
      ->capture_default_str()
      ->group(group);
  app.add_option("--blocks", o.blocks, "vectors are 1/blocks of a gradient")
      ->capture_default_str()
      ->group(group);
  app.add_option("--order", o.order, "order within the workers: optimal, random or given")
      ->capture_default_str()
      ->group(group);
  app.add_option("--frame", o.frame, "decoding vectors: auto, ones, gaussian or coloured")
      ->capture_default_str()
      ->group(group);
  app.add_option("--seed", o.seed, "one seed, one run")->capture_default_str()->group(group);
}

void add_train_flags(CLI::App& app, TrainOptions& o) {
  add_plan_flags(app, o.plan);
  const std::string data = "Data and model";
  app.add_option("--objective", o.objective, "softmax or logistic")->capture_default_str()->group(data);
  app.add_option("--data", o.data, "training samples (default: synthetic classes)")->group(data);
  app.add_option("--labels", o.labels, "labels, where they are a file of their own (IDX)")->group(data);
  app.add_option("--test", o.test, "test samples")->group(data);
  app.add_option("--test-labels", o.test_labels, "their labels (IDX)")->group(data);
  app.add_option("--test-fraction", o.test_fraction, "test on the last part of the samples, e.g. 0.2")
      ->group(data);
  app.add_option("--format", o.format, "auto, idx or libsvm")->capture_default_str()->group(data);
  app.add_option("--optimizer", o.optimizer, "sgd, momentum or adam (default: what suits the objective)")
      ->group(data);
  app.add_option("--lr", o.learning_rate, "step size (default: what suits objective and optimizer)")
      ->group(data);
  app.add_option("--momentum", o.momentum, "momentum, or beta1 of adam")->group(data);
  app.add_option("--l2", o.l2, "weight of L2 regularisation")->capture_default_str()->group(data);
  app.add_option("--rounds", o.rounds, "rounds to train")->capture_default_str()->group(data);

  const std::string world = "Recovery and disturbances";
  app.add_option("--policy", o.policy, "what holders of a finished chunk do: static")
      ->capture_default_str()
      ->group(world);
  app.add_option("--recovery", o.recovery, "exact, deadline=200ms or residual=0.3")
      ->capture_default_str()
      ->group(world);
  app.add_option("--when-unrecoverable", o.when_unrecoverable, "stop, approximate or wait=60s")
      ->capture_default_str()
      ->group(world);
  app.add_option("--speeds", o.speeds, "injected chunk times, e.g. exponential:mean=40ms")
      ->capture_default_str()
      ->group(world);
  app.add_option("--faults", o.faults, "injected losses, e.g. crash:count=1,round=5")
      ->capture_default_str()
      ->group(world);
  app.add_option("--clock", o.clock, "real, or virtual: the same machines on simulated time")
      ->capture_default_str()
      ->group(world);

  const std::string output = "Output";
  app.add_flag("--verify", o.verify, "compare every gradient with a plain double-precision sum")
      ->group(output);
  app.add_flag("--compare", o.compare, "run the other methods too, on the same draws")->group(output);
  app.add_flag("--json", o.json, "the summary as JSON on stdout")->group(output);
  app.add_option("--log", o.log, "write a JSON line per round (compared methods: FILE.METHOD.jsonl)")
      ->group(output);
  app.add_option("--trace", o.trace, "write what happened, as sentences")->group(output);
  app.add_option("--model-out", o.model_out, "save the trained model (.npz)")->group(output);
  app.footer(kTrainExamples);
}

// CLI11 leaves what it does not know in remaining(): the first flag of it, with the nearest that exists.
int report_unknown(const CLI::App& app, const std::string& command, const std::vector<std::string>& extras) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  const std::vector<std::string_view> known(names.begin(), names.end());
  const std::string name = extras.front().substr(0, extras.front().find('='));
  std::string cure = fmt::format("see gleaner {} --help", command);
  if (const auto nearest = nearest_name(name, known))
    cure = fmt::format("did you mean {}? {}", *nearest, cure);
  const std::string what = name.starts_with("-") ? fmt::format("there is no flag {}", name)
                                                 : fmt::format("'{}' is not expected here", extras.front());
  return report_error(command, bad_input(what, cure));
}

}  // namespace

int run_command_line(int argc, const char* const* argv) {
  CLI::App app(
      "Gleaner trains models on many workers without waiting for the slow ones and without throwing their\n"
      "work away: partial-straggler gradient coding.",
      "gleaner");
  app.footer(
      "Try: gleaner train --speeds exponential:mean=40ms --compare\nHelp on a command: gleaner train --help");
  TrainOptions train;
  FactsOptions facts;
  bool version_json = false;

  CLI::App* train_app = app.add_subcommand("train", "train a model");
  add_train_flags(*train_app, train);
  CLI::App* plan_app = app.add_subcommand("plan", "make a plan and print its facts");
  add_plan_flags(*plan_app, facts.plan);
  plan_app->add_option("--dimension", facts.dimension, "length of the gradient, for the memory facts")
      ->capture_default_str();
  plan_app->add_flag("--json", facts.json, "one JSON object on stdout");
  plan_app->add_option("--out", facts.out, "write the plan to this file");
  plan_app->footer(kPlanExamples);
  CLI::App* version_app = app.add_subcommand("version", "print version and arithmetic");
  version_app->add_flag("--json", version_json, "one JSON object on stdout");
  for (CLI::App* sub : {train_app, plan_app, version_app}) sub->allow_extras();
  app.allow_extras();

  const auto command = [&]() -> std::string {
    for (const CLI::App* sub : app.get_subcommands()) return sub->get_name();
    return "";
  };
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp& help) {
    return app.exit(help);
  } catch (const CLI::ParseError& e) {
    const std::string name = command().empty() ? "train" : command();
    return report_error(name, bad_input(e.what(), fmt::format("see gleaner {} --help", name)));
  }
  for (CLI::App* sub : {train_app, plan_app, version_app}) {
    if (sub->parsed() && !sub->remaining().empty())
      return report_unknown(*sub, sub->get_name(), sub->remaining());
  }
  const std::vector<std::string> extras = app.remaining();
  if (!extras.empty()) {
    constexpr std::array<std::string_view, 3> kCommands{"train", "plan", "version"};
    return report_error(extras.front(), unknown_name("gleaner", "command", extras.front(), kCommands));
  }
  const auto mark_given = [](const CLI::App& sub, PlanOptions& o) {
    o.workers_given = sub.count("--workers") > 0;
    o.replication_given = sub.count("--replication") > 0;
  };
  mark_given(*train_app, train.plan);
  mark_given(*plan_app, facts.plan);
  if (train_app->parsed()) return train_command(train);
  if (plan_app->parsed()) return plan_command(facts);
  if (version_app->parsed()) return version_command(version_json);
  fmt::print("{}", app.help());
  return kExitDone;
}

}  // namespace gleaner
