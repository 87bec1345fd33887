// Checkpoints: snapshots in files DIR/round-00000040.checkpoint (snapshot_bytes.h).
#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "base/result.h"
#include "work/snapshot.h"

namespace gleaner {

/// A file with the name of a checkpoint.
struct CheckpointFile {
  RoundId round;
  std::filesystem::path path;
};

/// Those of a folder, the latest first; none if there is no such folder.
[[nodiscard]] std::vector<CheckpointFile> checkpoints_in(const std::filesystem::path& folder);

/// Writes a checkpoint, whole or not at all and for good, then removes those beyond the `keep` latest, and
/// halves that killed lives left. Makes
/// the folder if it is missing. Errors (run_failed) name the file and the system's reason; earlier
/// checkpoints are then untouched.
[[nodiscard]] Status write_checkpoint(const CheckpointPolicy& policy, const Snapshot& snapshot);

/// Whether a run from the beginning may write checkpoints to spec.checkpoint's folder. Errors (bad_input): it
/// holds one already; it, or the one where it would be made, cannot be written to. Leaves everything as it
/// was. REQUIRES: spec.checkpoint.
[[nodiscard]] Status check_no_checkpoint(const RunSpec& spec);

/// The latest checkpoint of spec.checkpoint's folder, for spec.resume. Errors (bad_input), each naming the
/// file: there is none; it is cut short, damaged, of another version (then the next older one is named); it
/// was written with another setting; more rounds are done than spec.rounds; the folder cannot be written to.
/// REQUIRES: spec.checkpoint; check(spec).ok().
[[nodiscard]] Result<std::shared_ptr<const Snapshot>> load_checkpoint(const RunSpec& spec);

}  // namespace gleaner
