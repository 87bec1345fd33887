#include "app/checkpointing.h"

#include <vector>

#include <fmt/format.h>

#include "training/digest.h"
#include "training/samples.h"
#include "work/checkpoints.h"

namespace gleaner {
namespace {

// Data by their content: a file may move, but not change.
std::string data_text(const Dataset& data) {
  return fmt::format("{}: {} samples of {} features, fingerprint {}", data.name, data.rows, data.features,
                     fingerprint_of(samples_of(data)));
}

std::vector<Setting> settings_beside_spec(const RunKit& kit, Keeping keeping) {
  const TrainOptions& o = kit.options();
  std::vector<Setting> settings{{"--data", data_text(kit.train())},
                                {"--batch", fmt::format("{}", o.batch)},
                                {"--clock", o.clock},
                                {"--faults", o.faults}};
  if (const TorchKit* torch = kit.torch()) {
    const TorchChoice& c = torch->choice();
    settings.push_back({"--module", hex(sha256(*c.module)).substr(0, 16)});
    settings.push_back({"--loss", c.loss});
    settings.push_back({"--input-shape", c.input_shape});
    settings.push_back({"--input", c.tokens ? "tokens" : "float"});
    settings.push_back({"--micro-batch", fmt::format("{}", c.micro_batch)});
    settings.push_back({"--threads", fmt::format("{}", c.threads)});
    settings.push_back({"--device", c.device});
  }
  if (o.objective == "mlp") settings.push_back({"--hidden", o.hidden});
  // As floats, here or there, they are the same numbers.
  if (keeping == Keeping::bfloat16) settings.push_back({"--gradients", "bfloat16"});
  return settings;
}

}  // namespace

Status attach_checkpoints(const RunKit& kit, RunSpec& spec) {
  const TrainOptions& o = kit.options();
  if (o.checkpoint.empty()) {
    if (o.plan.gave("--checkpoint-every")) {
      return bad_input("--checkpoint-every without --checkpoint would save nothing",
                       "name the folder with --checkpoint DIR");
    }
    if (!o.resume) return {};
    return bad_input("--resume without --checkpoint", "name the folder with --checkpoint DIR");
  }
  if (o.checkpoint_every == 0) {
    return bad_input("--checkpoint-every 0 would never save anything", "give at least 1");
  }
  if (o.resume && o.compare) {
    return bad_input("--resume and --compare do not go together: the other methods begin with round 1",
                     "leave one of them away");
  }
  spec.checkpoint = CheckpointPolicy{.folder = o.checkpoint, .every = o.checkpoint_every};
  spec.other_settings = settings_beside_spec(kit, spec.gradients.how);
  if (!o.resume) return check_no_checkpoint(spec);
  Result<std::shared_ptr<const Snapshot>> latest = load_checkpoint(spec);
  if (!latest) return latest.error();
  spec.resume = std::move(latest).value();
  return {};
}

std::string advice_on_resuming(const RunSpec& spec, const RunSummary& summary) {
  if (!spec.checkpoint || summary.rounds >= spec.rounds) return "";
  const std::vector<CheckpointFile> saved = checkpoints_in(spec.checkpoint->folder);
  if (saved.empty()) return "";
  const std::string where =
      fmt::format("  round {} is saved in {}", saved.front().round.value, spec.checkpoint->folder.string());
  if (summary.status == "failed") return where + "\n";
  if (summary.status == "interrupted") return where + ": the same command with --resume goes on\n";
  return where + ": --resume goes on, with more time or another target\n";
}

}  // namespace gleaner
