// --checkpoint and --resume.
#pragma once

#include <string>

#include "app/build_run.h"
#include "base/result.h"
#include "work/run_spec.h"

namespace gleaner {

/// Makes `spec` write checkpoints, and go on from the latest with --resume, if the flags ask for it. Errors:
/// a flag without the other; a folder that holds another run, or none to resume.
[[nodiscard]] Status attach_checkpoints(const RunKit& kit, RunSpec& spec);

/// What a person should know at the end: where an unfinished run is saved, and how to go on. Empty if there
/// is nothing to say.
[[nodiscard]] std::string advice_on_resuming(const RunSpec& spec, const RunSummary& summary);

}  // namespace gleaner
