#include "app/grid_command.h"

#include <filesystem>
#include <utility>

#include <fmt/format.h>

#include "app/exit_code.h"
#include "app/grid_spec.h"
#include "app/interrupt.h"
#include "app/reproduce_files.h"
#include "app/say.h"
#include "app/study_progress.h"
#include "app/study_start.h"
#include "study/grid_figures.h"
#include "study/grid_json.h"
#include "study/grid_marks.h"
#include "study/grid_tables.h"
#include "training/atomic_file.h"

namespace gleaner {
namespace {

namespace fs = std::filesystem;

Status write_figures(const std::string& folder, const PolicyGrid& grid) {
  for (const GridFigure& figure : grid_figures(grid)) {
    const Result<std::string> svg = draw_svg(figure.figure);
    if (!svg) return svg.error();
    if (Status s = write_atomically(fs::path(folder) / figure.file, svg.value()); !s) return s;
  }
  return {};
}

// The tables, or the same as JSON; and how far it came.
struct Findings {
  std::string text;
  std::string json;
  bool complete = false;
  std::string reached;  // "3 of 63 cells"
};

Result<Findings> run_study(const GridFlags& flags, const GridOptions& options) {
  if (flags.losses) {
    const Result<LossStudy> study = run_losses(options);
    if (!study) return study.error();
    return Findings{losses_text(study.value()), losses_json(options, study.value()), study.value().complete,
                    fmt::format("{} of {} rows", study.value().rows.size(), study.value().rows_wanted)};
  }
  const Result<PolicyGrid> grid = run_grid(options);
  if (!grid) return grid.error();
  const PolicyGrid& g = grid.value();
  Findings report{grid_text(g), grid_json(options, g), g.complete,
                  fmt::format("{} of {} cells", g.cells.size(), g.cells_wanted)};
  const std::string marks = marks_text(grid_marks(g));
  if (!marks.empty()) report.text += fmt::format("The targets for the paper's graph\n\n{}", marks);
  if (flags.out.empty() || !g.complete) return report;
  if (Status s = write_figures(flags.out, g); !s) return s.error();
  return report;
}

}  // namespace

Result<int> grid_command(const GridFlags& flags) {
  const InterruptGuard guard;
  Result<GridOptions> options = grid_spec(flags);
  if (!options) return options.error();
  if (Status s = ready_for_figures(flags.out); !s) return s.error();
  say_seed(flags.seed, flags.json);
  StudyProgress progress;
  follow(options.value(), progress);
  const Result<Findings> report = run_study(flags, options.value());
  progress.clear();
  if (!report) return report.error();
  fmt::print("{}\n", flags.json ? report.value().json : report.value().text);
  const bool draws = !flags.out.empty() && !flags.losses;
  if (!flags.out.empty()) {
    const fs::path results = fs::path(flags.out) / (flags.losses ? "losses.json" : "results.json");
    if (Status s = write_atomically(results, report.value().json + "\n"); !s) return s.error();
    say("{} holds the results\n", flags.out);
  }
  if (report.value().complete) return kExitDone;
  say("interrupted after {}{}\n", report.value().reached, draws ? "; figures were not drawn" : "");
  return kExitInterrupted;
}

}  // namespace gleaner
