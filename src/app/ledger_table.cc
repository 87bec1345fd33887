#include "app/ledger_table.h"

#include <algorithm>
#include <numeric>
#include <vector>

#include <fmt/format.h>

#include "app/columns.h"
#include "base/paragraph.h"

namespace gleaner {
namespace {

const std::vector<std::string> kHeader{"worker",  "computed", "used",     "wasted",
                                       "skipped", "aborted",  "busy [s]", "slowness [s]"};

std::string count_text(std::uint64_t count) { return count == 0 ? "-" : fmt::format("{}", count); }

std::string cost_text(const SlownessCost& slowness) {
  if (slowness.rounds == 0) return "-";
  const std::string text = fmt::format("{:.3f}", seconds(slowness.cost));
  return text == "-0.000" ? "0.000" : text;
}

std::vector<std::string> cells(const std::string& name, const LedgerRow& row, const std::string& cost) {
  return {name,
          fmt::format("{}", row.computed),
          fmt::format("{}", row.used),
          fmt::format("{}", row.wasted()),
          count_text(row.skipped),
          count_text(row.aborted),
          fmt::format("{:.3f}", seconds(row.busy)),
          cost};
}

// All of them, or those that cost most; ascending.
std::vector<std::size_t> shown_workers(const LedgerPage& page) {
  std::vector<std::size_t> shown(page.workers.size());
  std::iota(shown.begin(), shown.end(), std::size_t{0});
  if (shown.size() <= kLedgerRows) return shown;
  std::ranges::stable_sort(shown, std::greater<>(), [&](std::size_t w) { return page.slowness[w].cost; });
  shown.resize(kLedgerRows - 1);
  std::ranges::sort(shown);
  return shown;
}

}  // namespace

std::string ledger_table(const LedgerPage& page, std::string_view whose) {
  if (page.empty()) return {};
  TableLines lines{kHeader};
  LedgerRow others = page.total();
  const std::vector<std::size_t> shown = shown_workers(page);
  for (const std::size_t w : shown) {
    const LedgerRow& row = page.workers[w];
    lines.push_back(cells(fmt::format("{}", w), row, cost_text(page.slowness[w])));
    others -= row;
  }
  if (const std::size_t left = page.workers.size() - shown.size(); left > 0)
    lines.push_back(cells(fmt::format("{} others", left), others, "-"));
  lines.push_back(cells("all", page.total(), "-"));
  return paragraph(
             fmt::format("The ledger of {}: chunk gradients that were computed and used or wasted, skipped "
                         "since enough others had them, aborted (begun and dropped before the end); seconds "
                         "spent computing; and by how many seconds rounds would have been shorter with "
                         "this worker as fast as the median one",
                         whose),
             "") +
         "\n" + lined_up(lines, 1);
}

}  // namespace gleaner
