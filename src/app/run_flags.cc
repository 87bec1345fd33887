// The flags of a run: what `train` and `server` have in common.
#include "app/choices.h"
#include "app/flag_groups.h"

namespace gleaner {
namespace {

void add_data_group(Command& c, TrainOptions& o) {
  c.group("Data and model");
  c.choice("--objective", o.objective, all(kObjectives),
           "softmax, logistic, linear, mlp, torchscript or charlm");
  c.text("--hidden", o.hidden, "N/N/..", "widths of the hidden layers of mlp, e.g. 256/128");
  c.file("--data", o.data, "training samples (default: synthetic classes)");
  c.file("--labels", o.labels, "labels, where they are a file of their own (IDX, NPY, PT)");
  c.text("--label-column", o.label_column, "NAME",
         "column of the label in a CSV file, by name or number from 0");
  c.count("--features", o.features, "features of a LIBSVM file, if the last ones are zero everywhere");
  c.count("--classes", o.classes, "number of classes, if the file does not show all (0: it does)");
  c.file("--test", o.test, "test samples");
  c.file("--test-labels", o.test_labels, "their labels (IDX, NPY, PT)");
  c.number("--test-fraction", o.test_fraction, "test on the last part of the samples, e.g. 0.2");
  c.choice("--format", o.format, all(kFormats), "auto, csv, libsvm, idx, npy or pt (of torch.save)");
}

void add_module_group(Command& c, TrainOptions& o) {
  c.group("Modules of LibTorch");
  c.file("--module", o.module, "a model that torch.jit.script(model).save(FILE) wrote: its start");
  c.choice("--loss", o.loss, all(kLosses), "cross_entropy, mse, or module: forward(x, y) gives the losses");
  c.text("--input-shape", o.input_shape, "NxN..",
         "shape of one sample, e.g. 1x28x28 (default: as the module says)");
  c.choice("--input", o.input, all(kInputs), "float, or tokens: samples are whole numbers");
  c.text("--text", o.text, "LIST",
         "files and folders that charlm learns to write (default: the licences of Debian)");
  c.text("--transformer", o.transformer, "SPEC", "of charlm (default: layers=2,heads=4,width=64,context=64)");
  c.count("--samples-every", o.samples_every,
          "rounds from one text that charlm writes to the next (0: ten in all)");
  c.count("--micro-batch", o.micro_batch, "most samples that pass through a module at once");
  c.count("--threads", o.threads, "threads of each worker, for a module");
  c.choice("--device", o.device, all(kDevices), "where modules are computed: cpu, cuda, or auto");
}

void add_training_group(Command& c, TrainOptions& o) {
  c.group("Training");
  c.choice("--optimizer", o.optimizer, all(kOptimizers),
           "momentum (modules: adam), sgd, nesterov; of local steps fedavg, fedavgm, fedadam");
  c.number("--lr", o.learning_rate, "step size (default: one that suits objective and optimizer)");
  c.number("--momentum", o.momentum, "momentum, or beta1 of adam (default: 0.9)");
  c.text("--schedule", o.schedule, "SPEC",
         "of the step size, e.g. cosine:warmup=10 or step:every=30,factor=0.1")
      .choices = all(kSchedules);
  c.number("--l2", o.l2, "weight of L2 regularisation");
  c.count("--local-steps", o.local_steps,
          "every chunk takes so many steps by itself; changes are averaged (0: none)");
  c.number("--local-lr", o.local_rate, "step size of local steps (default: one that suits the objective)");
  c.number("--prox", o.prox, "weight of a pull of local steps back to where they began: FedProx");
  c.count("--batch", o.batch, "samples that a round draws from each chunk (0: all of them)");
  c.count("--rounds", o.rounds, "rounds to train");
  c.number("--target-accuracy", o.target_accuracy,
           "end when so large a share is right, of the test set if there is one");
  c.count("--test-every", o.test_every,
          "test after every N-th round (0: the last; every, for a target accuracy)");
  c.text("--time-limit", o.time_limit, "TIME", "end after the round in which this time is up, e.g. 5min");
}

void add_world_group(Command& c, TrainOptions& o) {
  c.group("Recovery and disturbances");
  c.choice("--policy", o.policy, all(kPolicies),
           "static (compute all), skip (what has enough copies), replan (and by speed)");
  c.count("--margin", o.margin, "copies more than needed before a chunk is skipped, against losses");
  c.text("--recovery", o.recovery, "RULE", "exact, deadline=200ms or residual=0.3").choices =
      all(kRecoveries);
  c.text("--when-unrecoverable", o.when_unrecoverable, "WHAT", "stop, approximate or wait=60s").choices =
      all(kUnrecoverable);
  c.text("--speeds", o.speeds, "SPEC", "injected chunk times, e.g. exponential:mean=40ms").choices =
      all(kSpeedKinds);
  c.text("--faults", o.faults, "SPEC", "injected losses, e.g. crash:count=1,round=5").choices =
      all(kFaultKinds);
}

void add_memory_group(Command& c, TrainOptions& o) {
  c.group("Memory of a worker");
  c.text("--memory", o.memory, "BYTES",
         "that it may need, e.g. 2GiB: refused before the run if it needs more");
  c.choice("--gradients", o.gradients, all(kGradients),
           "float32, bfloat16 (rounded), spilled (to a file); auto: what fits, not rounded");
}

}  // namespace

void add_run_groups(Command& c, TrainOptions& o) {
  add_plan_group(c, o.plan, all(kRoundOrders));
  add_data_group(c, o);
  add_module_group(c, o);
  add_training_group(c, o);
  add_world_group(c, o);
  add_memory_group(c, o);
}

void add_result_groups(Command& c, TrainOptions& o) {
  c.group("Checkpoints");
  c.file("--checkpoint", o.checkpoint, "save the run in this folder, also when it is interrupted").type =
      "DIR";
  c.count("--checkpoint-every", o.checkpoint_every, "rounds between checkpoints");
  c.toggle("--resume", o.resume, "go on from the latest checkpoint of the folder");
  c.group("Output");
  c.toggle("--verify", o.verify, "compare every gradient with a plain double-precision sum");
  c.toggle("--bounds", o.bounds, "how soon rounds could have ended if all speeds were known");
  c.toggle("--json", o.json, "the summary as JSON on stdout");
  c.file("--log", o.log, "write a JSON line per round (--compare: FILE.METHOD.jsonl too)");
  c.file("--trace", o.trace, "write what happened, as sentences");
  c.file("--model-out", o.model_out, "save the trained model (.npz or .safetensors; of a module also .pt)");
}

}  // namespace gleaner
