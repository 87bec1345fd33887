#include "app/train_command.h"

#include <algorithm>
#include <memory>
#include <system_error>
#include <vector>

#include <fmt/format.h>

#include "app/build_plan.h"
#include "app/build_run.h"
#include "app/charlm_voice.h"
#include "app/checkpointing.h"
#include "app/cluster_checks.h"
#include "app/cluster_run.h"
#include "app/exit_code.h"
#include "app/interrupt.h"
#include "app/memory_choice.h"
#include "app/model_card.h"
#include "app/order_flag.h"
#include "app/output_files.h"
#include "app/result_table.h"
#include "app/run_bounds.h"
#include "app/say.h"
#include "app/witness.h"
#include "app/words.h"
#include "runtime/thread_cluster.h"
#include "sim/virtual_cluster.h"
#include "training/model_file.h"
#include "work/snapshot.h"
#include "work/spec_grammar.h"

namespace gleaner {
namespace {

// The files of a run and of those that it is compared with.
Status check_files(const TrainOptions& o, const std::vector<Method>& methods) {
  std::vector<NamedPath> outputs{{"--model-out", o.model_out}};
  for (const Method m : methods) {
    const bool chosen = m == methods.front();
    for (const NamedPath& file : {NamedPath{"--log", o.log}, NamedPath{"--trace", o.trace}}) {
      if (file.path.empty()) continue;
      outputs.push_back({file.flag, chosen ? file.path : beside(file.path, name_of(m))});
    }
  }
  const std::vector<NamedPath> inputs{{"--data", o.data},
                                      {"--labels", o.labels},
                                      {"--test", o.test},
                                      {"--test-labels", o.test_labels},
                                      {"--plan", o.plan.plan_file},
                                      {"--assignment", o.plan.assignment},
                                      {"--config", o.config.file},
                                      {"--module", o.module},
                                      {"--speeds", file_of_speeds(o.speeds)}};
  return check_outputs(outputs, inputs);
}

// With processes, with threads and a clock, or without.
Result<RunResult> run(const RunKit& kit, const RunSpec& spec, Witness& witness) {
  const TrainOptions& o = kit.options();
  if (o.cluster.on()) return run_cluster(kit, spec, witness);
  if (o.clock == "virtual") return run_virtual(spec, witness);
  try {
    return run_threads(spec, witness);
  } catch (const std::system_error& e) {
    return run_failed(fmt::format("--workers {} need more threads than the system gives: {}",
                                  spec.plan->workers(), e.what()),
                      "use fewer workers, or --clock virtual, which needs no threads");
  }
}

// The texts of a language model that learns.
Status let_speak(const RunKit& kit, const RunSpec& spec, Witness& witness) {
  const TrainOptions& o = kit.options();
  const Result<std::shared_ptr<const TorchModel>> model = kit.torch()->model_over(kit.train());
  if (!model) return model.error();
  const Result<CharlmShape> shape = parse_charlm(o.transformer);
  if (!shape) return shape.error();
  const std::uint64_t every =
      o.samples_every > 0 ? o.samples_every : std::max<std::uint64_t>(1, spec.rounds / 10);
  auto voice = std::make_shared<const CharlmVoice>(model.value(), shape.value(), kit.train(), spec.seed);
  witness.let_speak([voice](RoundId round,
                            const std::vector<float>& parameters) { return voice->write(round, parameters); },
                    every, spec.rounds);
  return {};
}

struct Outcome {
  TableRow row;
  std::vector<float> parameters;
  RunSpec spec;
};

Result<Outcome> run_method(const RunKit& kit, RunSpec spec, bool chosen) {
  const TrainOptions& o = kit.options();
  const auto name = [&](const std::string& path) {
    return path.empty() || chosen ? path : beside(path, spec.code->name());
  };
  Witness witness(spec);
  if (Status s = witness.open(spec, kit.start_record(spec), name(o.log), name(o.trace), o.cluster.on()); !s)
    return s.error();

  if (chosen && o.objective == "charlm") {
    if (Status s = let_speak(kit, spec, witness); !s) return s.error();
  }

  Result<RunResult> ran = run(kit, spec, witness);
  if (!ran) return ran.error();
  RunResult& result = ran.value();
  result.summary.test_accuracy = kit.test_accuracy(spec, result.parameters);
  if (o.bounds && has_bounds(spec)) {
    const ClairvoyantBounds bounds = bounds_of_run(spec, result.summary.rounds);
    result.summary.clairvoyant_free = bounds.free;
    result.summary.clairvoyant_placed = bounds.placed;
  }
  if (Status s = witness.close(result.summary); !s) {  // what was learnt is not lost with the log
    result.summary.status = "failed";
    result.summary.reason = s.error().sentence();
  }

  Outcome outcome;
  outcome.row = {result.summary, witness.round_seconds(), spec.plan->blocks(), spec.rounds};
  outcome.parameters = std::move(result.parameters);
  outcome.spec = std::move(spec);
  return outcome;
}

ModelCard card_of(const RunKit& kit) {
  const TrainOptions& o = kit.options();
  ModelCard card{o.objective, o.hidden, kit.train().schema(), {}};
  if (const TorchKit* torch = kit.torch()) card.module = settings_of(torch->choice());
  return card;
}

// A trained module can be written as what it was.
Status check_model_out(const TrainOptions& o) {
  if (o.model_out.empty()) return {};
  if (!is_module_path(o.model_out)) return check_model_path("--model-out", o.model_out);
  if (is_torch(o.objective)) return {};
  return bad_input(
      fmt::format("--model-out {}: --objective {} is no module of LibTorch", o.model_out, o.objective),
      "name it .npz or .safetensors");
}

Status save(const RunKit& kit, const Outcome& outcome) {
  const TrainOptions& o = kit.options();
  if (o.model_out.empty() || outcome.row.summary.rounds == 0) return {};
  const ModelCard card = card_of(kit);
  if (is_module_path(o.model_out)) {
    const Result<std::shared_ptr<const TorchModel>> model = kit.torch()->model_over(kit.train());
    if (!model) return model.error();
    return save_module(o.model_out, *model.value(), outcome.parameters, metadata_of(card));
  }
  return save_model(o.model_out, outcome.spec.objective->parts(), outcome.parameters, metadata_of(card));
}

// What really runs. An order is nothing to who waits for whole workers, a margin to who skips nothing.
std::string policy_line(const RunSpec& spec, const ChosenOrder& order) {
  const ServerOptions& server = spec.server;
  std::string line = fmt::format("policy {}", name_of(server.policy));
  if (spec.plan->method() != Method::partial) {
    return fmt::format("{}, since {} waits for whole workers", line, spec.code->name());
  }
  if (server.policy != Policy::fixed) line += fmt::format(", margin {}", server.margin);
  line += fmt::format(", order {}", order.shown());
  return order.learned ? fmt::format("{}, at first {}", line, order.name) : line;
}

std::string local_line(const LocalUpdates& local) {
  std::string line = fmt::format("every chunk takes {} local step{} of size {:g}", local.steps,
                                 local.steps == 1 ? "" : "s", local.learning_rate);
  if (local.prox > 0) line += fmt::format(", pulled back with weight {:g}", local.prox);
  return line;
}

void introduce(const RunKit& kit, const RunSpec& spec) {
  const PlanFacts f = facts_of(*spec.plan, spec.objective->dimension(), spec.segment_floats, spec.credits);
  const TrainOptions& o = kit.options();
  say("seed {}\n", spec.seed);
  say("{} on {}: {} samples, {} parameters\n", o.objective, kit.train().name, kit.train().rows,
      spec.objective->parameters());
  say("optimizer {}, step size {:g}\n", name_of(spec.optimizer.kind), spec.optimizer.learning_rate);
  if (spec.local.on()) say("{}\n", local_line(spec.local));
  say("{} workers, {} chunks, replication {}, blocks {}: tolerates the loss of any {}\n", f.workers, f.chunks,
      f.replication_min, f.blocks, f.tolerated_losses);
  say("{}\n", policy_line(spec, choose_order(o.plan.order, spec.server.policy, o.plan)));
  const WorkerMemory needs = expected_memory(spec, kit.train(), o.cluster.on(), spec.gradients.how);
  say("memory for vectors: up to {} per worker, with gradients {}; {} on the server\n",
      byte_text(static_cast<double>(needs.gradients)), name_of(spec.gradients.how),
      byte_text(static_cast<double>(f.server_memory_bytes)));
  say("a worker needs about {}{}\n", memory_text(needs), limit_text(spec.memory));
  if (f.tolerated_losses == 0 && spec.server.when_unrecoverable == WhenUnrecoverable::stop) {
    say("warning: the loss of a single worker ends this run; {}\n",
        spec.plan->method() == Method::uncoded ? "--method partial would survive it"
                                               : "raise --replication above --blocks");
  }
  for (const Fault& fault : spec.faults) {
    say("fault to come: {} of {} in round {}, {}\n", fault_name(fault.kind),
        fault.by_chance ? "one worker" : fmt::format("worker {}", fault.worker.value), fault.round.value,
        fault_name(fault.at));
  }
  if (o.bounds && !has_bounds(spec)) {
    say("no bounds: with --recovery {} a round may end before every chunk has its copies\n", o.recovery);
  }
  if (spec.resume) {
    say("resumed after round {} of {}, from {}\n", spec.resume->round.value, spec.rounds,
        spec.checkpoint->folder.string());
  }
  say("\n");
}

std::vector<Method> methods_of(const TrainOptions& o, Method chosen) {
  std::vector<Method> methods{chosen};
  if (!o.compare) return methods;
  for (const Method m : {Method::partial, Method::original, Method::uncoded}) {
    if (m != chosen) methods.push_back(m);
  }
  return methods;
}

}  // namespace

Result<int> train_command(const TrainOptions& given) {
  const InterruptGuard guard;
  TrainOptions options = given;
  if (options.cluster.on()) {
    if (Status s = check_cluster(options); !s) return s.error();
    adapt_to_cluster(options);
  }
  const Result<Method> chosen = chosen_method(options.plan);
  if (!chosen) return chosen.error();
  const std::vector<Method> methods = methods_of(options, chosen.value());
  if (Status s = check_files(options, methods); !s) return s.error();
  if (Status s = check_model_out(options); !s) return s.error();
  Result<std::unique_ptr<RunKit>> made = RunKit::make(options);
  if (!made) return made.error();
  const RunKit& kit = *made.value();

  std::vector<TableRow> rows;
  std::string advice;
  Status model_saved;
  for (const Method method : methods) {
    const bool first = rows.empty();
    Result<RunSpec> spec = kit.spec(method);
    if (!spec) return spec.error();
    if (first) {
      if (Status s = attach_checkpoints(kit, spec.value()); !s) return s.error();
      introduce(kit, spec.value());
    }
    Result<Outcome> outcome = run_method(kit, std::move(spec).value(), first);
    if (!outcome) return outcome.error();
    if (first) {
      model_saved = save(kit, outcome.value());
      advice = advice_on_resuming(outcome.value().spec, outcome.value().row.summary);
    }
    rows.push_back(std::move(outcome.value().row));
    if (InterruptGuard::interrupted()) break;
  }
  say("{}{}", result_table(rows), advice);
  if (options.json) {
    std::vector<RunSummary> summaries;
    for (const TableRow& row : rows) summaries.push_back(row.summary);
    fmt::print("{}\n", options.compare ? to_json(summaries) : to_json(summaries.front()));
  }
  if (!model_saved) return model_saved.error();
  if (InterruptGuard::interrupted()) return kExitInterrupted;
  return rows.front().summary.status == "failed" ? kExitFailed : kExitDone;
}

}  // namespace gleaner
