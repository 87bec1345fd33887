#include "study/grid_tables.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "study/reproduce_tables.h"

namespace gleaner {
namespace {

using Cells = std::vector<std::string>;
using Part = GridCondition::Part;

std::string digits(double x, int many) { return std::isfinite(x) ? fmt::format("{:.{}f}", x, many) : "-"; }

std::string blocks_text(std::size_t blocks) {
  return fmt::format("{} {}", blocks, blocks == 1 ? "block" : "blocks");
}

// Names that are longer than their numbers make the tables too wide.
std::string short_name(std::string_view policy) {
  if (policy == "skip-learned") return "skip+l";
  return policy == "learned" ? "learn" : std::string(policy);
}

void add_times(ReportTable& table, const GridCell& cell) {
  Cells line{cell.condition.name, digits(cell.bound, 3)};
  for (const GridRow& row : cell.rows) {
    line.push_back(digits(row.summary.time.mean, 3));
    if (&row != &cell.rows.front()) line.push_back(digits(row.to_paper.ratio, 2));
    line.push_back(digits(row.to_bound.ratio, 2));
  }
  table.rows.push_back(std::move(line));
}

void add_work(ReportTable& table, const GridCell& cell) {
  Cells line{cell.condition.name};
  for (const GridRow& row : cell.rows)
    line.push_back(digits(row.summary.messages / static_cast<double>(cell.workers), 1));
  for (const GridRow& row : cell.rows) line.push_back(digits(row.summary.chunks_completed, 0));
  line.push_back(digits(cell.rows.back().summary.asked, 3));
  table.rows.push_back(std::move(line));
}

bool is_same(const LossRow& a, const LossRow& b) {
  return a.time.mean == b.time.mean && a.cost.mean == b.cost.mean && a.uncovered == b.uncovered;
}

// How well the ratios to B2 are known, where they are known worst.
double widest(const PolicyGrid& grid, std::size_t blocks) {
  double width = 0;
  for (const GridCell& cell : grid.cells) {
    if (cell.blocks != blocks) continue;
    for (const GridRow& row : cell.rows) {
      const double half = (row.to_bound.high - row.to_bound.low) / 2;
      if (std::isfinite(half)) width = std::max(width, half / row.to_bound.ratio);
    }
  }
  return width;
}

std::string width_text(const PolicyGrid& grid, std::size_t blocks) {
  std::size_t cells = 0;
  std::size_t single = 0;  // of one trial, which knows no interval
  for (const GridCell& cell : grid.cells) {
    if (cell.blocks != blocks) continue;
    ++cells;
    if (cell.trials < 2) ++single;
  }
  if (single == cells) return "No intervals: one trial.";
  return fmt::format("95% intervals of the ratios to B2 are at most +-{:.1f}% of them{}.",
                     100 * widest(grid, blocks), single > 0 ? ", none where there is one trial" : "");
}

ReportTable times_table(const PolicyGrid& grid, std::size_t blocks) {
  ReportTable t;
  t.title = fmt::format("Time of a round, {} (mean chunk times)", blocks_text(blocks));
  t.left = 1;
  t.header = {"chunk times", "B2"};
  for (const GridPolicy& policy : kGridPolicies) {
    t.header.push_back(short_name(policy.name));
    if (&policy != &kGridPolicies.front()) t.header.emplace_back("/P");
    t.header.emplace_back("/B2");
  }
  for (const GridCell& cell : grid.cells) {
    if (cell.blocks == blocks) add_times(t, cell);
  }
  t.note = fmt::format(
      "B2: of a clairvoyant with this placement; /P: to static, the order of the paper; /B2: to B2. learn, "
      "skip+l: static and skip with learned orders. {}",
      width_text(grid, blocks));
  return t;
}

ReportTable work_table(const PolicyGrid& grid, std::size_t blocks) {
  ReportTable t;
  t.title =
      fmt::format("Messages per worker (m) and chunk gradients (c) of a round, {}", blocks_text(blocks));
  t.left = 1;
  t.header = {"chunk times"};
  for (const char* what : {"m: ", "c: "}) {
    for (const GridPolicy& policy : kGridPolicies) {
      t.header.push_back((policy.name == "static" ? what : "") + short_name(policy.name));
    }
  }
  t.header.emplace_back("asked");
  for (const GridCell& cell : grid.cells) {
    if (cell.blocks == blocks) add_work(t, cell);
  }
  t.note = "asked: when workers first told how far they were (replan), in mean chunk times";
  return t;
}

// Nothing where no row was compared.
std::string dominance_text(const PolicyGrid& grid) {
  std::uint64_t rounds = 0;
  std::uint64_t behind = 0;
  std::string first;
  for (const GridCell& cell : grid.cells) {
    for (const GridRow& row : cell.rows) {
      if (!row.behind_static) continue;
      rounds += cell.trials * cell.rounds;
      behind += *row.behind_static;
      if (*row.behind_static > 0 && first.empty())
        first = fmt::format("{}, {}", cell.condition.name, blocks_text(cell.blocks));
    }
  }
  if (rounds == 0) return "";
  if (behind == 0) return fmt::format("skip was never behind static in {} rounds\n\n", rounds);
  return fmt::format("WRONG: skip WAS BEHIND static in {} of {} rounds, which must not be; first in: {}\n\n",
                     behind, rounds, first);
}

}  // namespace

std::string grid_text(const PolicyGrid& grid) {
  std::string text;
  for (std::size_t blocks = 1; blocks <= kGridBlocksMax; ++blocks) {
    const bool any = std::any_of(grid.cells.begin(), grid.cells.end(),
                                 [&](const GridCell& c) { return c.blocks == blocks; });
    if (!any) continue;
    text += text_of(times_table(grid, blocks)) + "\n" + text_of(work_table(grid, blocks)) + "\n";
  }
  return text + dominance_text(grid);
}

std::string losses_text(const LossStudy& study) {
  ReportTable t;
  t.title = fmt::format(
      "One worker lost after the signal, {} rounds with such a loss each (mean chunk times)", study.trials);
  t.left = 3;
  t.header = {"blocks", "policy", "lost when", "margin", "time",
              "cost",   "+-",     "cost p99",  "lost",   "uncovered"};
  for (const LossRow& r : study.rows) {
    // Where vectors take no time, a loss on sending is one after the signal.
    if (r.moment == "sending" && is_same(r, *(&r - 1))) {
      t.rows.back().at(2) = "after-signal, sending";
      continue;
    }
    t.rows.push_back({fmt::format("{}", r.blocks), std::string(r.policy), std::string(r.moment),
                      r.policy == "static" ? "-" : fmt::format("{}", r.margin), digits(r.time.mean, 3),
                      digits(r.cost.mean, 3), digits(r.cost.half_width(), 3), digits(r.cost_p99, 2),
                      fmt::format("{}", r.lost), fmt::format("{}", r.uncovered)});
  }
  t.note =
      "cost: time less that of the same round without the loss, with its 95% interval; lost: workers lost "
      "after "
      "the signal; uncovered: losses after which a chunk had to be computed again";
  return text_of(t);
}

}  // namespace gleaner
