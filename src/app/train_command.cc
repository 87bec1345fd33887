#include "app/train_command.h"

#include <cstdio>
#include <fstream>
#include <optional>
#include <system_error>
#include <vector>

#include <fmt/format.h>

#include "app/build_plan.h"
#include "app/build_run.h"
#include "app/exit_code.h"
#include "app/interrupt.h"
#include "app/output_files.h"
#include "app/progress_view.h"
#include "app/result_table.h"
#include "app/say.h"
#include "app/words.h"
#include "runtime/thread_cluster.h"
#include "sim/virtual_cluster.h"
#include "training/model_file.h"

namespace gleaner {
namespace {

// Shows a run to the person, the log and the trace file.
class Witness final : public RunObserver {
 public:
  explicit Witness(const RunSpec& spec) : view_(*spec.plan, spec.rounds, ProgressView::on_terminal()) {}

  Status open(const RunKit& kit, const RunSpec& spec, const std::string& log, const std::string& trace) {
    if (!trace.empty()) {
      trace_.open(trace, std::ios::trunc);
      if (!trace_) return bad_input(fmt::format("--trace {} cannot be written", trace), "check the folder");
    }
    if (log.empty()) return {};
    Result<RunLog> opened = RunLog::open(log);
    if (!opened) return opened.error();
    log_ = std::move(opened).value();
    return log_->write(kit.start_record(spec));
  }

  void record(const TraceRecord& r) override {
    view_.note(r.note);
    if (trace_.is_open()) trace_ << fmt::format("{:12.6f}  {}\n", seconds(r.at), sentence(r.note));
  }
  void on_round(const RoundRecord& r) override {
    seconds_.push_back(r.seconds);
    view_.round(r);
    if (log_ && trouble_.ok()) trouble_ = log_->write(r);
  }
  void on_fraction(WorkerId worker, double fraction) override { view_.fraction(worker, fraction); }
  [[nodiscard]] bool keep_going() override { return !InterruptGuard::interrupted() && trouble_.ok(); }

  Status close(const RunSummary& summary) {
    view_.finish();
    if (trace_.is_open() && !trace_.flush() && trouble_.ok()) {
      trouble_ = run_failed("--trace: the trace could not be written whole", "check the room on the disk");
    }
    if (log_ && trouble_.ok()) trouble_ = log_->write(summary);
    return trouble_;
  }
  [[nodiscard]] const std::vector<double>& round_seconds() const { return seconds_; }

 private:
  ProgressView view_;
  std::optional<RunLog> log_;
  std::ofstream trace_;
  std::vector<double> seconds_;
  Status trouble_;
};

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
  const std::vector<NamedPath> inputs{{"--data", o.data},           {"--labels", o.labels},
                                      {"--test", o.test},           {"--test-labels", o.test_labels},
                                      {"--plan", o.plan.plan_file}, {"--assignment", o.plan.assignment}};
  return check_outputs(outputs, inputs);
}

// With threads and a clock, or without.
Result<RunResult> run(const TrainOptions& o, const RunSpec& spec, Witness& witness) {
  if (o.clock == "virtual") return run_virtual(spec, witness);
  try {
    return run_threads(spec, witness);
  } catch (const std::system_error& e) {
    return run_failed(fmt::format("--workers {} need more threads than the system gives: {}",
                                  spec.plan->workers(), e.what()),
                      "use fewer workers, or --clock virtual, which needs no threads");
  }
}

struct Outcome {
  TableRow row;
  std::vector<float> parameters;
  RunSpec spec;
};

Result<Outcome> run_method(const RunKit& kit, Method method, bool chosen) {
  Result<RunSpec> spec = kit.spec(method);
  if (!spec) return spec.error();
  const TrainOptions& o = kit.options();
  const auto name = [&](const std::string& path) {
    return path.empty() || chosen ? path : beside(path, name_of(method));
  };
  Witness witness(spec.value());
  if (Status s = witness.open(kit, spec.value(), name(o.log), name(o.trace)); !s) return s.error();

  Result<RunResult> ran = run(o, spec.value(), witness);
  if (!ran) return ran.error();
  RunResult& result = ran.value();
  result.summary.test_accuracy = kit.test_accuracy(spec.value(), result.parameters);
  if (Status s = witness.close(result.summary); !s) return run_failed(s.error().what, s.error().cure);

  Outcome outcome;
  outcome.row = {result.summary, witness.round_seconds(), spec.value().plan->blocks(), spec.value().rounds};
  outcome.parameters = std::move(result.parameters);
  outcome.spec = std::move(spec).value();
  return outcome;
}

void introduce(const RunKit& kit, const RunSpec& spec) {
  const PlanFacts f = facts_of(*spec.plan, spec.objective->dimension(), spec.segment_floats, spec.credits);
  const TrainOptions& o = kit.options();
  say("seed {}\n", spec.seed);
  say("{} on {}: {} samples, {} parameters\n", o.objective, kit.train().name, kit.train().rows,
      spec.objective->parameters());
  say("optimizer {}, step size {:g}\n", name_of(spec.optimizer.kind), spec.optimizer.learning_rate);
  say("{} workers, {} chunks, replication {}, blocks {}: tolerates the loss of any {}\n", f.workers, f.chunks,
      f.replication_min, f.blocks, f.tolerated_losses);
  say("memory for vectors: up to {} per worker, {} on the server\n",
      byte_text(static_cast<double>(f.worker_memory_bytes)),
      byte_text(static_cast<double>(f.server_memory_bytes)));
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
  say("\n");
}

}  // namespace

Result<int> train_command(const TrainOptions& options) {
  const InterruptGuard guard;
  const Result<Method> asked = chosen_method(options.plan);
  if (!asked) return asked.error();
  const Method chosen = asked.value();
  std::vector<Method> methods{chosen};
  if (options.compare) {
    for (const Method m : {Method::partial, Method::original, Method::uncoded}) {
      if (m != chosen) methods.push_back(m);
    }
  }
  if (Status s = check_files(options, methods); !s) return s.error();
  Result<std::unique_ptr<RunKit>> made = RunKit::make(options);
  if (!made) return made.error();
  const RunKit& kit = *made.value();

  std::vector<TableRow> rows;
  Status model_saved;
  for (const Method method : methods) {
    Result<Outcome> outcome = [&]() -> Result<Outcome> {
      if (method == chosen) {
        const Result<RunSpec> spec = kit.spec(method);
        if (!spec) return spec.error();
        introduce(kit, spec.value());
      }
      return run_method(kit, method, method == chosen);
    }();
    if (!outcome) return outcome.error();
    if (method == chosen && !options.model_out.empty() && outcome.value().row.summary.rounds > 0) {
      const Outcome& o = outcome.value();
      model_saved = save_npz(options.model_out, o.spec.objective->parts(), o.parameters);
    }
    rows.push_back(std::move(outcome.value().row));
    if (InterruptGuard::interrupted()) break;
  }
  say("{}", result_table(rows));
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
