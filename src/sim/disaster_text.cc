// What the disasters met, as a table.
#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "sim/disasters.h"

namespace gleaner {
namespace {

constexpr std::array<std::string_view, DisasterCounts::kKinds> kKinds = {"crash", "hang", "cut"};
constexpr std::array<std::string_view, kWorkerSteps> kSteps = {
    "joining",      "before its first chunk", "in a chunk",  "before its report",
    "signal heard", "sending its vector",     "vector sent", "released"};
constexpr std::array<std::string_view, DisasterCounts::kPhases> kPhases = {"idle", "computing", "collecting",
                                                                           "committing", "failed"};
constexpr std::array<std::string_view, kServerSteps> kServerStepNames = {
    "round begun", "report heard", "signal sent", "vector collected", "committed", "durable"};

std::string row(std::string_view name, std::uint64_t count, std::string_view remark = {}) {
  return fmt::format("  {:<44}{:>9}{}{}\n", name, count, remark.empty() ? "" : "  ", remark);
}

std::string totals(const DisasterCounts& c) {
  std::string s = "rounds\n";
  s += row("clusters", c.clusters);
  s += row("rounds that ended", c.rounds);
  s += row("  committed with an announced residual", c.inexact);
  s += row("  given up, with too few copies alive", c.failed);
  s += row("  committed again after a restart", c.recommitted);
  s += row("selections after the first of a round", c.selected_again);
  s += row("events", c.events);
  s += "what was met\n";
  s += row("losses after the signal", c.lost_after_signal, "of a worker whose vector was on its way");
  s += row("  that uncover a chunk", c.uncovering);
  s += row("restarts of the server", c.restarts);
  s += row("  with an uncommitted round", c.restarts_in_round);
  s += row("stale vectors that came in", c.stale_vectors);
  s += row("  of incarnations known to be lost", c.dead_vectors);
  s += row("returns of the same incarnation", c.reconnects);
  s += row("returns as a new incarnation", c.returns);
  s += row("chunks rejected for a NaN", c.rejected_chunks);
  s += row("vectors rejected for a broken segment", c.rejected_vectors);
  return s;
}

// One line for each kind of loss and step, one column for each phase in which it was met.
std::string blows(const DisasterCounts& c) {
  std::string s = fmt::format("{:<32}", "losses of workers, by phase");
  for (const std::string_view phase : kPhases) s += fmt::format("{:>12}", phase);
  s += '\n';
  for (std::size_t k = 0; k < kKinds.size(); ++k) {
    for (std::size_t w = 0; w < kSteps.size(); ++w) {
      s += fmt::format("  {:<6}{:<24}", kKinds[k], kSteps[w]);
      for (std::size_t p = 0; p < kPhases.size(); ++p) s += fmt::format("{:>12}", c.blows[k][w][p]);
      s += '\n';
    }
  }
  s += "crashes of the server, by step\n";
  for (std::size_t k = 0; k < kServerStepNames.size(); ++k) s += row(kServerStepNames[k], c.server_blows[k]);
  return s;
}

std::string finding_text(const DisasterFinding& f, std::optional<Policy> policy) {
  std::string s = fmt::format("\na rule was broken ({}) in round {} of the cluster with seed {}: {}\n",
                              name_of(f.first.rule), f.first.round.value, f.seed, f.first.what);
  s +=
      fmt::format("made smaller: {} round{} and {} loss{}: {}\n", f.cluster.spec.rounds,
                  f.cluster.spec.rounds == 1 ? "" : "s", f.blows, f.blows == 1 ? "" : "es", f.violation.what);
  s += "  " + f.cluster.flags() + "\n  " + f.cluster.words() + "\n";
  for (const std::string& line : f.trace) s += line + '\n';
  s += fmt::format("replay: gleaner simulate --disasters 1 --seed {}{}\n", f.seed,
                   policy ? fmt::format(" --policy {}", name_of(*policy)) : "");
  return s;
}

}  // namespace

std::string DisasterReport::text() const {
  std::string s = totals(counts) + blows(counts);
  if (finding) s += finding_text(*finding, policy);
  return s;
}

}  // namespace gleaner
