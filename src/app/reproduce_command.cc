#include "app/reproduce_command.h"

#include <utility>

#include <fmt/format.h>

#include "app/exit_code.h"
#include "app/interrupt.h"
#include "app/reproduce_files.h"
#include "app/say.h"
#include "app/study_progress.h"
#include "app/study_start.h"
#include "base/paragraph.h"
#include "study/figure.h"
#include "study/reproduce.h"
#include "study/reproduce_json.h"
#include "study/reproduce_remarks.h"
#include "study/reproduce_tables.h"

namespace gleaner {
namespace {

Result<ReproduceOptions> options_of(const ReproduceFlags& flags) {
  ReproduceOptions options;
  options.seed = flags.seed;
  options.threads = flags.threads;
  if (flags.trials) options.trials = *flags.trials;
  if (!flags.reference.empty()) {
    Result<PaperFiles> files = read_paper_files(flags.reference);
    if (!files) return files.error();
    options.paper = std::move(files.value().results);
    options.g1 = std::move(files.value().g1);
  }
  if (Status s = check(options); !s) return s.error();
  return options;
}

void print_tables(const Reproduction& r) {
  for (const ReportTable& table : tables_of(r)) fmt::print("{}\n", text_of(table));
  fmt::print("Where the paper's figures mislead\n\n");
  for (const Remark& remark : remarks_on(r)) {
    fmt::print("{}", paragraph(remark.title + ".", "  "));
    fmt::print("{}\n", paragraph(remark.text, "    "));
  }
  fmt::print("{}", paragraph(agreement_sentence(r), ""));
}

}  // namespace

Result<int> reproduce_command(const ReproduceFlags& flags) {
  const InterruptGuard guard;
  Result<ReproduceOptions> options = options_of(flags);
  if (!options) return options.error();
  if (Status s = ready_for_figures(flags.out); !s) return s.error();
  say_seed(flags.seed, flags.json);
  StudyProgress progress;
  follow(options.value(), progress);
  const Result<Reproduction> ran = reproduce(options.value());
  progress.clear();
  if (InterruptGuard::interrupted()) return kExitInterrupted;
  if (!ran) return ran.error();
  if (flags.json) {
    fmt::print("{}\n", json_of(ran.value()));
  } else {
    print_tables(ran.value());
  }
  if (flags.out.empty()) return kExitDone;
  if (Status s = write_report(flags.out, ran.value()); !s) return s.error();
  say("{}/index.html holds the tables and figures\n", flags.out);
  return kExitDone;
}

}  // namespace gleaner
