#include "app/flags.h"

#include <span>
#include <utility>

#include "app/choices.h"
#include "app/flag_groups.h"

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
  gleaner train --objective mlp --hidden 256/128 --batch 64 --schedule cosine:warmup=10 \
      --rounds 1000 --checkpoint saved
      a perceptron on mini-batches; the same with --resume goes on where it was stopped
  gleaner train --config run.toml --rounds 50
      settings from a file; --print-config shows what one may say

--policy  static: all chunks, in the order of the paper; skip: a chunk with enough copies is left
          out and dropped; replan: the same, and what is left is dealt out by the speeds of this round
--order   auto, optimal, mixed, worst-case, random, given, learned (from round to round)
--speeds  KIND[:KEY=VALUE,..]: constant, exponential, shifted-exponential, lognormal, pareto,
          bimodal, markov, trace, none; + slow:factor=3,workers=2/5
--faults  crash|hang:count=1[,workers=2/5][,round=5][,at=start|mid|after-signal|sending][,back=3]
)";

constexpr const char* kPlanExamples = R"(Examples:
  gleaner plan --workers 12 --replication 4 --blocks 2
  gleaner plan --assignment assignment.csv --blocks 3 --json
  gleaner plan --workers 8 --out plan.json && gleaner train --plan plan.json
)";

constexpr const char* kEvalExamples = R"(Examples:
  gleaner eval --model model.npz --data test.csv
  gleaner eval --model model.safetensors --data images.gz --labels labels.gz --json
)";

constexpr const char* kSimulateExamples = R"(Examples:
  gleaner simulate
      8 workers of exponential speed, 1000 rounds, in a moment
  gleaner simulate --method partial,original,uncoded --workers 40 --replication 2,3,4
      three methods, three replications, on the same draws
  gleaner simulate --assignment assignment.csv --blocks 1,2,3 --order optimal,random \
      --faults crash:count=5,at=start --bounds --svg time.svg
      beside what nobody could beat, with a figure
  gleaner simulate --recovery deadline=1/2/3/4 --workers 200 --replication 8
      how far from exact a round is that ends at a deadline
  gleaner simulate --speeds trace:file=times.csv --workers 16 --trials 1 --rounds 30
      chunk times that were measured
  gleaner simulate --dimension 1000000 --network latency=5ms,bandwidth=100Mbit --blocks 1,2
      vectors of a million numbers over a network

LIST is comma-separated; every combination is one row. Times without a unit are seconds.
--policy   static: all chunks, in the order of the paper; skip: a chunk with enough copies is left
           out and dropped; replan: the same, and what is left is dealt out by the speeds of this round
--order    auto, optimal, mixed, worst-case, given, random (drawn anew in each trial), learned
)";

constexpr const char* kReproduceExamples = R"(Examples:
  gleaner reproduce
      every simulation of the paper that needs no file of its own, half a minute
  gleaner reproduce --out out --reference shared/reference
      beside the published results, with figures and a page in out/index.html
  gleaner reproduce --trials 100 --json
)";

constexpr const char* kGridExamples = R"(Examples:
  gleaner grid
      every policy under speeds that last and that do not, on a random graph, some minutes
  gleaner grid --assignment assignment.csv --traces load0.csv,load1.csv --out out
      on a placement of your own, with measured times, and figures in out
  gleaner grid --losses --json
      what a worker costs that is lost after the signal, by policy and margin
  gleaner grid --workers 40 --replication 4 --trials 10 --rounds 20
      a quick look

Every cell meets replication - blocks workers lost at the start. All times are in mean chunk times.
no history  trials of one round: nothing is known of earlier ones
redraw P    a worker's speed is drawn anew with this probability from one round to the next
noise S     and moves a little every round, by lognormal factors of this sigma
learn       static with orders that were learned from earlier rounds (--order learned)
skip+l      skip with such orders
B2          the soonest that a clairvoyant with the same placement can be done
What the tables show: docs/performance.md
)";

constexpr const char* kAdviseExamples = R"(Examples:
  gleaner advise --workers 40 --speeds lognormal:mean=2,sigma=1
      what to use on 40 machines of which some are slow now and then
  gleaner advise --workers 16 --speeds trace:file=run.jsonl --dimension 25000000 \
      --bandwidth 1Gbit --memory 2GiB
      speeds from the log of a run; vectors of 25 million numbers; 2 GiB for gradients
  gleaner advise --workers 16 --losses 2 --faults crash:count=1,at=after-signal --json
      any two workers may be lost at once, and one is in every trial
  gleaner advise --workers 12 --speeds constant:mean=1+slow:factor=10,workers=3 --residual 0.3
      one slow machine; a gradient with some chunks missing would do

Times without a unit are seconds. Nothing is measured here: --speeds, --faults and --network
describe the cluster, and --log of gleaner train writes down what a real one does.
)";

void add_row_group(Command& c, SimulateOptions& o) {
  c.group("Rows (lists make one row for each combination)");
  c.text("--method", o.methods, "LIST", "partial, original, uncoded").choices = all(kMethods);
  c.text("--policy", o.policies, "LIST",
         "static (compute all), skip (what has enough copies), replan (and by speed)")
      .choices = all(kPolicies);
  c.count("--margin", o.margin, "copies more than needed before a chunk is skipped, against losses");
  c.text("--replication", o.replications, "LIST", "workers that hold each chunk");
  c.text("--blocks", o.blocks, "LIST", "vectors are 1/blocks of a gradient");
  c.text("--order", o.orders, "LIST", "order of chunks (auto: optimal, or mixed where they are skipped)")
      .choices = all(kRoundOrders);
  c.text("--recovery", o.recovery, "RULE", "exact, deadline=T/T/.. (one row each) or residual=0.3").choices =
      all(kRecoveries);
}

void add_cluster_group(Command& c, SimulateOptions& o) {
  c.group("Cluster");
  c.choice("--scheme", o.plan.scheme, all(kSchemes),
           "who holds what: cyclic, fractional-repetition or regular-graph");
  c.file("--assignment", o.plan.assignment, "CSV file with the columns chunk,worker");
  c.file("--plan", o.plan.plan_file, "a plan made by gleaner plan --out");
  c.count("--workers", o.plan.workers, "number of workers");
  c.count("--chunks", o.plan.chunks, "number of data chunks (default: as many as workers)");
  c.text("--frame", o.plan.frame, "SPEC", "decoding vectors: auto, ones, gaussian, coloured[:improve=30s]")
      .choices = all(kFrames);
  c.text("--speeds", o.speeds, "SPEC", "chunk times, exactly, e.g. exponential:mean=1").choices =
      all(kSpeedKinds);
  c.text("--faults", o.faults, "SPEC", "losses, drawn anew in each trial, e.g. crash:count=7,at=start")
      .choices = all(kFaultKinds);
  c.text("--network", o.network, "SPEC", "ideal, or e.g. latency=5ms,bandwidth=100Mbit");
  c.choice("--grid", o.grid, all(kGrids), "none, or integer: the server looks up at whole seconds only");
  c.text("--when-unrecoverable", o.when_unrecoverable, "WHAT", "stop, approximate or wait=60").choices =
      all(kUnrecoverable);
  c.text("--silence", o.silence, "TIME", "a silent worker is given up after so long (train: 2s)");
  c.text("--plan-time", o.plan_time, "TIME", "from a report of speeds until the orders of replan leave");
  c.number("--liars", o.liars, "share of workers that lie about their speed, by factors of 1/20 to 20");
  c.count("--checkpoint-every", o.checkpoint_every,
          "rounds between checkpoints: those since the last one are lost with the server");
  c.count("--dimension", o.dimension, "length of gradient and parameters (0: vectors have no size)");
}

void add_trials_group(Command& c, SimulateOptions& o) {
  c.group("Trials");
  c.count("--trials", o.trials, "trials; all rows meet the same");
  c.count("--rounds", o.rounds, "rounds of each trial, one after another");
  c.count("--seed", o.plan.seed, "of all draws: the same seed, the same numbers");
  c.count("--threads", o.threads, "that share the trials (0: one per core); changes no result");
  c.count("--disasters", o.disasters,
          "instead: so many random clusters, all kinds of losses, every gradient checked");
}

}  // namespace

void add_plan_group(Command& c, PlanOptions& o, std::vector<std::string_view> orders) {
  c.group("Plan");
  c.choice("--method", o.method, all(kMethods), "partial, original or uncoded");
  c.choice("--scheme", o.scheme, all(kSchemes),
           "who holds what: cyclic, fractional-repetition or regular-graph");
  c.file("--assignment", o.assignment, "CSV file with the columns chunk,worker");
  c.file("--plan", o.plan_file, "a plan made by gleaner plan --out");
  c.count("--workers", o.workers, "number of workers");
  c.count("--chunks", o.chunks, "number of data chunks (default: as many as workers)");
  c.count("--replication", o.replication, "workers that hold each chunk");
  c.count("--blocks", o.blocks, "vectors are 1/blocks of a gradient");
  c.choice("--order", o.order, std::move(orders),
           "order of chunks (auto: optimal, or mixed where they are skipped)");
  c.text("--frame", o.frame, "SPEC", "decoding vectors: auto, ones, gaussian, coloured[:improve=30s]")
      .choices = all(kFrames);
  c.count("--seed", o.seed, "of all draws; on the virtual clock one seed is one run");
}

void add_spill_folder(Command& c, std::string& folder) {
  c.file("--spill-dir", folder,
         "spilled gradients go here, in files without names (default: TMPDIR or /var/tmp)")
      .type = "DIR";
}

void add_config(Command& c, ConfigOptions& o) {
  c.group("Configuration");
  c.file("--config", o.file, "read flags from this TOML file; flags on the command line win").in_config =
      false;
  c.toggle("--print-config", o.print, "print all settings as such a file, and stop").in_config = false;
}

Command train_flags(TrainOptions& o) {
  Command c("train", "train a model", kTrainExamples);
  add_run_groups(c, o);
  c.choice("--clock", o.clock, all(kClocks), "real, or virtual: the same machines on simulated time");
  c.count("--local-processes", o.cluster.local_processes,
          "workers are so many processes of this machine (0: threads of this one)");
  add_spill_folder(c, o.spill_folder);
  add_result_groups(c, o);
  c.toggle("--compare", o.compare, "run the other methods too, on the same draws");
  add_config(c, o.config);
  return c;
}

Command plan_flags(FactsOptions& o) {
  Command c("plan", "make a plan and print its facts", kPlanExamples);
  add_plan_group(c, o.plan, all(kOrders));
  c.group("Output");
  c.count("--dimension", o.dimension, "length of the gradient, for the memory facts");
  c.toggle("--json", o.json, "one JSON object on stdout");
  c.file("--out", o.out, "write the plan to this file");
  add_config(c, o.config);
  return c;
}

Command eval_flags(EvalOptions& o) {
  Command c("eval", "loss and accuracy of a saved model", kEvalExamples);
  c.group("Model and data");
  c.file("--model", o.model, "a model that gleaner train --model-out wrote (.npz, .safetensors, .pt)");
  c.file("--data", o.data, "samples, read by the features and classes of the model");
  c.file("--labels", o.labels, "labels, where they are a file of their own (IDX, NPY, PT)");
  c.choice("--format", o.format, all(kFormats), "auto, csv, libsvm, idx or npy");
  c.group("Output");
  c.toggle("--json", o.json, "one JSON object on stdout");
  add_config(c, o.config);
  return c;
}

Command simulate_flags(SimulateOptions& o) {
  Command c("simulate", "many rounds of a cluster on virtual time", kSimulateExamples);
  add_row_group(c, o);
  add_cluster_group(c, o);
  add_trials_group(c, o);
  c.group("Output");
  c.toggle("--ledger", o.ledger, "what became of the work: wasted, skipped, aborted");
  c.toggle("--bounds", o.bounds, "how soon the round could have ended if all speeds were known");
  c.toggle("--json", o.json, "one JSON object on stdout");
  c.file("--svg", o.svg, "draw all rows in one figure (needs gnuplot)");
  add_config(c, o.config);
  return c;
}

Command reproduce_flags(ReproduceFlags& o) {
  Command c("reproduce", "the paper's simulations beside its results", kReproduceExamples);
  c.group("Trials");
  c.text("--reference", o.reference, "PATH",
         "what was published: paper-results.json, or a folder that holds it");
  c.count("--trials", o.trials, "trials of every row (default: 2000, and 1000 for deadlines, as published)");
  c.count("--seed", o.seed, "of all draws");
  c.count("--threads", o.threads, "trials at a time; changes no result (0: one per core)");
  c.group("Output");
  c.file("--out", o.out, "figures and a page go into this folder (needs gnuplot)").type = "DIR";
  c.toggle("--json", o.json, "one JSON object on stdout");
  add_config(c, o.config);
  return c;
}

Command grid_flags(GridFlags& o) {
  Command c("grid", "all policies under all kinds of slowness", kGridExamples);
  c.group("Placement");
  c.file("--assignment", o.assignment, "CSV file with the columns chunk,worker (default: a random graph)");
  c.count("--workers", o.workers, "of the random graph, with as many chunks");
  c.count("--replication", o.replication, "of the random graph: workers that hold each chunk");
  c.group("Conditions");
  c.text("--traces", o.traces, "LIST", "measured chunk times, files as of --speeds trace; scaled to mean 1");
  c.text("--plan-time", o.plan_time, "TIME",
         "from a report of speeds until orders that follow from it leave");
  c.toggle("--losses", o.losses, "instead: what a worker costs that is lost after the signal");
  c.group("Trials");
  c.count("--trials", o.trials, "trials of every row");
  c.count("--rounds", o.rounds, "rounds of each trial, one after another, in which orders are learned");
  c.count("--seed", o.seed, "of all draws: the same seed, the same numbers");
  c.count("--threads", o.threads, "that share the trials (0: one per core); changes no result");
  c.group("Output");
  c.file("--out", o.out, "figures and results.json go into this folder (needs gnuplot)").type = "DIR";
  c.toggle("--json", o.json, "one JSON object on stdout");
  add_config(c, o.config);
  return c;
}

Command advise_flags(AdviseOptions& o) {
  Command c("advise", "which plan suits a cluster, found by simulation", kAdviseExamples);
  c.group("Cluster");
  c.count("--workers", o.workers, "number of workers");
  c.count("--chunks", o.chunks, "number of data chunks (default: as many as workers)");
  c.text("--speeds", o.speeds, "SPEC", "times of chunks that are 1/workers of the data").choices =
      all(kSpeedKinds);
  c.text("--faults", o.faults, "SPEC", "losses, drawn anew in each trial, e.g. crash:count=1").choices =
      all(kFaultKinds);
  c.choice("--policy", o.policy, all(kPolicies), "of partial: static, skip or replan, as in train");
  c.text("--network", o.network, "SPEC", "ideal, or e.g. latency=5ms,bandwidth=100Mbit");
  c.text("--bandwidth", o.bandwidth, "RATE",
         "of a worker's link, e.g. 100Mbit, where --network says nothing");
  c.count("--dimension", o.dimension, "length of gradient and parameters");
  c.group("What it must bear");
  c.text("--memory", o.memory, "BYTES", "that a worker has for chunk gradients, e.g. 2GiB (default: enough)");
  c.count("--losses", o.losses, "any so many workers may be lost in one round");
  c.number("--residual", o.residual, "relative residual that will do (0: exact recovery only)");
  c.group("Trials");
  c.count("--trials", o.trials, "trials of the settings that are compared in the end");
  c.count("--rounds", o.rounds, "rounds of each trial, one after another");
  c.count("--seed", o.seed, "of all draws: the same seed, the same advice");
  c.count("--threads", o.threads, "that share the trials (0: one per core); changes no result");
  c.group("Output");
  c.toggle("--json", o.json, "one JSON object on stdout");
  add_config(c, o.config);
  return c;
}

Command version_flags(bool& json) {
  Command c("version", "print version and arithmetic", "Examples:\n  gleaner version --json\n");
  c.group("Output");
  c.toggle("--json", json, "one JSON object on stdout").in_config = false;
  return c;
}

}  // namespace gleaner
