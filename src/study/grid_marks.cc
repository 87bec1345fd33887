#include "study/grid_marks.h"

#include <algorithm>
#include <functional>

#include <fmt/format.h>

namespace gleaner {
namespace {

using Part = GridCondition::Part;
using Limits = std::array<double, kGridBlocksMax>;  // for 1, 2 and 3 blocks

constexpr Limits kSkipMean{1.30, 2.25, 3.50};
constexpr Limits kReplanMean{.90, 1.45, 2.25};
constexpr Limits kReplanToBound{1.20, 1.25, 1.27};
constexpr double kReplanAnywhere = 1.25;
constexpr double kLearnedAnew = 1.02;
constexpr std::size_t kWorkers = 200;  // of G1
constexpr std::size_t kReplication = 8;

const GridRow& row_of(const GridCell& cell, std::string_view policy) {
  return *std::find_if(cell.rows.begin(), cell.rows.end(),
                       [&](const GridRow& r) { return r.policy.name == policy; });
}

struct Target {
  std::string_view what;
  std::function<bool(const GridCondition&)> meant;
  std::function<double(const GridCell&)> measure;
  Limits limits;
};

bool is_headline(const GridCondition& c) { return c.part == Part::headline; }
bool lasts(const GridCondition& c) { return c.part == Part::grid && c.redraw < 1; }
bool anew(const GridCondition& c) { return c.part == Part::grid && c.redraw >= 1; }

std::array<Target, 5> targets() {
  const auto mean = [](std::string_view policy) {
    return [policy](const GridCell& c) { return row_of(c, policy).summary.time.mean; };
  };
  const auto replan = [](const GridCell& c) { return row_of(c, "replan").to_bound.ratio; };
  const auto learned = [](const GridCell& c) { return row_of(c, "learned").to_paper.ratio; };
  constexpr Limits everywhere{kReplanAnywhere, kReplanAnywhere, kReplanAnywhere};
  return {
      {{"skip, mean, drawn anew without history", is_headline, mean("skip"), kSkipMean},
       {"replan, mean, drawn anew without history", is_headline, mean("replan"), kReplanMean},
       {"replan / B2, drawn anew without history", is_headline, replan, kReplanToBound},
       {"replan / B2, grid with redraw < 1", lasts, replan, everywhere},
       {"learned / paper, grid with redraw 1", anew, learned, {kLearnedAnew, kLearnedAnew, kLearnedAnew}}}};
}

bool has_size_of_g1(const GridCell& cell) {
  return cell.workers == kWorkers && cell.lost + cell.blocks == kReplication;
}

}  // namespace

std::vector<GridMark> grid_marks(const PolicyGrid& grid) {
  std::vector<GridMark> marks;
  if (!grid.complete || !std::ranges::all_of(grid.cells, has_size_of_g1)) return marks;
  for (const Target& p : targets()) {
    for (std::size_t blocks = 1; blocks <= kGridBlocksMax; ++blocks) {
      GridMark mark;
      mark.claim = fmt::format("{}, {} {}", p.what, blocks, blocks == 1 ? "block" : "blocks");
      mark.limit = p.limits.at(blocks - 1);
      for (const GridCell& cell : grid.cells) {
        if (cell.blocks != blocks || !p.meant(cell.condition)) continue;
        const double found = p.measure(cell);
        ++mark.cells;
        if (!(found <= mark.limit)) ++mark.missed;
        if (mark.cells > 1 && found <= mark.found) continue;
        mark.found = found;
        if (!is_headline(cell.condition)) mark.where = cell.condition.name;
      }
      if (mark.cells > 0) marks.push_back(std::move(mark));
    }
  }
  return marks;
}

std::string marks_text(const std::vector<GridMark>& marks) {
  std::string text;
  for (const bool holds : {false, true}) {
    for (const GridMark& m : marks) {
      if (m.holds() != holds) continue;
      text += fmt::format("  {}  {}: {:.3f}, target {:.2f}", holds ? "holds " : "missed", m.claim, m.found,
                          m.limit);
      if (!m.where.empty()) text += fmt::format("; worst at {}", m.where);
      if (m.cells > 1 && !holds) text += fmt::format("; {} of {} cells miss", m.missed, m.cells);
      text += "\n";
    }
  }
  return text;
}

}  // namespace gleaner
