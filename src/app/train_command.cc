#include "app/train_command.h"

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <optional>
#include <vector>

#include <fmt/format.h>

#include "app/build_plan.h"
#include "app/build_run.h"
#include "app/exit_code.h"
#include "app/interrupt.h"
#include "app/progress_view.h"
#include "app/result_table.h"
#include "runtime/thread_cluster.h"
#include "sim/virtual_cluster.h"
#include "training/model_file.h"

namespace gleaner {
namespace {

using Clock = std::chrono::steady_clock;

// "run.jsonl" -> "run.original.jsonl": the file of a method that is only compared.
std::string beside(const std::string& path, std::string_view method) {
  const std::filesystem::path p(path);
  return (p.parent_path() / fmt::format("{}.{}{}", p.stem().string(), method, p.extension().string()))
      .string();
}

// Shows a run to the person, the log and the trace file.
class Witness final : public RunObserver {
 public:
  Witness(const RunSpec& spec, std::optional<Clock::time_point> deadline)
      : view_(*spec.plan, spec.rounds, ProgressView::on_terminal()), deadline_(deadline) {}

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
  [[nodiscard]] bool keep_going() override {
    return !InterruptGuard::interrupted() && trouble_.ok() && !(deadline_ && Clock::now() >= *deadline_);
  }

  Status close(const RunSummary& summary) {
    view_.finish();
    if (log_ && trouble_.ok()) trouble_ = log_->write(summary);
    return trouble_;
  }
  [[nodiscard]] const std::vector<double>& round_seconds() const { return seconds_; }

 private:
  ProgressView view_;
  std::optional<RunLog> log_;
  std::ofstream trace_;
  std::optional<Clock::time_point> deadline_;
  std::vector<double> seconds_;
  Status trouble_;
};

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
  std::optional<Clock::time_point> deadline;
  if (const auto limit = kit.time_limit()) deadline = Clock::now() + *limit;
  Witness witness(spec.value(), deadline);
  if (Status s = witness.open(kit, spec.value(), name(o.log), name(o.trace)); !s) return s.error();

  RunResult result =
      o.clock == "virtual" ? run_virtual(spec.value(), witness) : run_threads(spec.value(), witness);
  if (result.summary.status == "interrupted" && !InterruptGuard::interrupted()) {
    result.summary.status = "completed";
    result.summary.reason = "the time limit was reached";
  }
  result.summary.test_accuracy = kit.test_accuracy(spec.value(), result.parameters);
  if (Status s = witness.close(result.summary); !s) return run_failed(s.error().what, s.error().cure);

  Outcome outcome;
  outcome.row = {result.summary, witness.round_seconds(), spec.value().plan->blocks(),
                 spec.value().plan->assignment().replication_min()};
  outcome.parameters = std::move(result.parameters);
  outcome.spec = std::move(spec).value();
  return outcome;
}

void introduce(const RunKit& kit, const RunSpec& spec) {
  const PlanFacts f = facts_of(*spec.plan, spec.objective->dimension(), spec.segment_floats, spec.credits);
  const TrainOptions& o = kit.options();
  fmt::print(stderr, "seed {}\n", spec.seed);
  fmt::print(stderr, "{} on {}: {} samples, {} parameters, {} with step size {:g}\n", o.objective,
             kit.train().name, kit.train().rows, spec.objective->parameters(), name_of(spec.optimizer.kind),
             spec.optimizer.learning_rate);
  fmt::print(stderr, "{} workers, {} chunks, replication {}, blocks {}: tolerates the loss of any {}\n",
             f.workers, f.chunks, f.replication_min, f.blocks, f.tolerated_losses);
  fmt::print(stderr, "memory for vectors: up to {:.2f} MB per worker, {:.2f} MB on the server\n",
             1e-6 * static_cast<double>(f.worker_memory_bytes),
             1e-6 * static_cast<double>(f.server_memory_bytes));
  if (f.tolerated_losses == 0) {
    fmt::print(stderr,
               "warning: the loss of a single worker ends this run; raise --replication above --blocks\n");
  }
  for (const Fault& fault : spec.faults) {
    fmt::print(stderr, "fault to come: {} of {} in round {}, {}\n", fault_name(fault.kind),
               fault.by_chance ? "one worker" : fmt::format("worker {}", fault.worker.value),
               fault.round.value, fault_name(fault.at));
  }
  fmt::print(stderr, "\n");
}

}  // namespace

int train_command(const TrainOptions& options) {
  const InterruptGuard guard;
  Result<std::unique_ptr<RunKit>> made = RunKit::make(options);
  if (!made) return report_error("train", made.error());
  const RunKit& kit = *made.value();
  const Method chosen = parse_method(options.plan.method).value();
  std::vector<Method> methods{chosen};
  if (options.compare) {
    for (const Method m : {Method::partial, Method::original, Method::uncoded}) {
      if (m != chosen) methods.push_back(m);
    }
  }
  std::vector<TableRow> rows;
  for (const Method method : methods) {
    Result<Outcome> outcome = [&]() -> Result<Outcome> {
      if (method == chosen) {
        const Result<RunSpec> spec = kit.spec(method);
        if (!spec) return spec.error();
        introduce(kit, spec.value());
      }
      return run_method(kit, method, method == chosen);
    }();
    if (!outcome) return report_error("train", outcome.error());
    if (method == chosen && !options.model_out.empty() && outcome.value().row.summary.rounds > 0) {
      const Outcome& o = outcome.value();
      if (Status s = save_npz(options.model_out, o.spec.objective->parts(), o.parameters); !s) {
        return report_error("train", s.error());
      }
    }
    rows.push_back(std::move(outcome.value().row));
    if (InterruptGuard::interrupted()) break;
  }
  fmt::print(stderr, "{}", result_table(rows));
  if (options.json) {
    std::vector<RunSummary> summaries;
    for (const TableRow& row : rows) summaries.push_back(row.summary);
    fmt::print("{}\n", options.compare ? to_json(summaries) : to_json(summaries.front()));
  }
  const RunSummary& first = rows.front().summary;
  if (InterruptGuard::interrupted()) return kExitInterrupted;
  return first.status == "failed" ? kExitFailed : kExitDone;
}

}  // namespace gleaner
