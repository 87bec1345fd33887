#include "app/advise_command.h"

#include <string>

#include <fmt/format.h>

#include "app/advise_report.h"
#include "app/advise_spec.h"
#include "app/exit_code.h"
#include "app/interrupt.h"
#include "app/repetition_note.h"
#include "app/say.h"
#include "app/study_progress.h"
#include "app/study_start.h"

namespace gleaner {

Result<int> advise_command(const AdviseOptions& options) {
  const InterruptGuard guard;
  Result<AdviseSpec> read = advise_spec(options);
  if (!read) return read.error();
  AdviseSpec& spec = read.value();
  say_seed(options.seed, options.json);
  StudyProgress progress("settings");
  spec.progress = [&](std::string_view what, std::uint64_t done, std::uint64_t all) {
    progress.begin(std::string(what));
    progress.tell(done, all);
  };
  spec.keep_going = [] { return !InterruptGuard::interrupted(); };
  const Result<Advice> advice = advise(spec);
  progress.clear();
  if (InterruptGuard::interrupted()) return kExitInterrupted;
  if (!advice) return advice.error();
  const std::string note = repetition_note(spec.conditions.speeds, options.trials, options.rounds);
  if (options.json) {
    fmt::print("{}\n", advise_json(options, advice.value(), note));
  } else {
    fmt::print("{}", advise_text(options, advice.value(), note));
  }
  const StudySummary& best = advice.value().best.summary;
  return best.failed == best.trials ? kExitFailed : kExitDone;
}

}  // namespace gleaner
