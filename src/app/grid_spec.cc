#include "app/grid_spec.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include <fmt/format.h>

#include "app/build_plan.h"
#include "app/simulate_lists.h"
#include "work/spec_grammar.h"

namespace gleaner {
namespace {

constexpr std::size_t kRoundsMax = 1'000'000;  // of a cell
constexpr std::size_t kThreadsMax = 1024;

bool gave(const GridFlags& flags, std::string_view flag) {
  return std::find(flags.given.begin(), flags.given.end(), flag) != flags.given.end();
}

Status check_sizes(const GridFlags& f) {
  if (f.trials == 0) return bad_input("--trials 0 leaves nothing to do", "give at least 1");
  if (f.rounds == 0) return bad_input("--rounds 0 leaves nothing to do", "give at least 1");
  if (f.trials > kRoundsMax / f.rounds) {
    return bad_input(
        fmt::format("--trials {} with --rounds {} are more than {} rounds", f.trials, f.rounds, kRoundsMax),
        "use fewer; the 2000 of the usual grid know ratios to a few percent");
  }
  if (f.threads > kThreadsMax) {
    return bad_input(fmt::format("--threads {} is more than {}", f.threads, kThreadsMax),
                     "give less, or 0 for all cores");
  }
  if (f.losses && !f.traces.empty()) {
    return bad_input("--losses and --traces contradict each other: losses are tried with speeds drawn anew",
                     "leave one of them away");
  }
  return {};
}

Result<Assignment> placement_of(const GridFlags& f) {
  if (f.assignment.empty()) {
    if (f.replication < kGridBlocksMax || f.replication > f.workers) {
      return bad_input(fmt::format("--replication {} is not between {} and the {} workers", f.replication,
                                   kGridBlocksMax, f.workers),
                       fmt::format("the grid goes up to {} blocks, and every copy needs a worker of its own",
                                   kGridBlocksMax));
    }
    return Assignment::regular_graph(f.workers, f.workers, f.replication, f.seed);
  }
  for (const std::string_view flag : {"--workers", "--replication"}) {
    if (gave(f, flag)) {
      return bad_input(fmt::format("{} and --assignment contradict each other: the file decides that", flag),
                       fmt::format("leave {} away", flag));
    }
  }
  const Result<std::string> text = read_file("--assignment", f.assignment);
  if (!text) return text.error();
  Result<Assignment> read = Assignment::from_csv(text.value(), "--assignment " + f.assignment);
  if (!read || (is_regular(read.value()) && read.value().replication_min() >= kGridBlocksMax)) return read;
  return bad_input(
      fmt::format("--assignment {}: the grid needs as many chunks as workers, equally many copies of "
                  "every chunk and chunks on every worker, and at least {} of both",
                  f.assignment, kGridBlocksMax),
      "give such a file, or leave it away for a random graph");
}

Result<GridTrace> read_trace(const std::string& path, std::size_t workers) {
  Result<SpeedModel> speeds = SpeedModel::parse("trace:file=" + path, TimeUnits::optional);
  Status fits = speeds ? speeds.value().check(workers) : Status(speeds.error());
  if (!fits) {
    // What reads the file knows it as that of another flag, and may name it itself.
    constexpr std::string_view kOther = "--speeds: ";
    std::string what = fits.error().what;
    if (what.starts_with(kOther)) what.erase(0, kOther.size());
    if (!what.starts_with(path)) what = fmt::format("{}: {}", path, what);
    return bad_input("--traces " + what, fits.error().cure);
  }
  return GridTrace{std::filesystem::path(path).stem().string(), std::move(speeds).value()};
}

}  // namespace

Result<GridOptions> grid_spec(const GridFlags& f) {
  if (Status s = check_sizes(f); !s) return s.error();
  Result<Assignment> placement = placement_of(f);
  if (!placement) return placement.error();
  const Result<Duration> planning = parse_duration(f.plan_time, TimeUnits::optional);
  if (!planning || planning.value() < Duration::zero()) {
    return bad_input(fmt::format("--plan-time {} is not a time", f.plan_time),
                     "give 0 or a number of mean chunk times, like 0.01");
  }
  GridOptions o{.placement = std::move(placement).value(),
                .traces = {},
                .progress = {},
                .trial_progress = {},
                .keep_going = {}};
  o.trials = f.trials;
  o.rounds = f.rounds;
  o.seed = f.seed;
  o.threads = f.threads;
  o.planning = planning.value();
  if (!f.traces.empty()) {
    const Result<std::vector<std::string>> files = comma_list("--traces", f.traces);
    if (!files) return files.error();
    for (const std::string& file : files.value()) {
      Result<GridTrace> trace = read_trace(file, o.placement.workers());
      if (!trace) return trace.error();
      o.traces.push_back(std::move(trace).value());
    }
  }
  if (Status s = check(o); !s) return s.error();
  return o;
}

}  // namespace gleaner
