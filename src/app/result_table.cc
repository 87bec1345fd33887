#include "app/result_table.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "app/columns.h"
#include "app/ledger_table.h"
#include "app/words.h"

namespace gleaner {
namespace {

std::string number(double value, const char* format) {
  return std::isnan(value) ? "-" : fmt::format(fmt::runtime(format), value);
}

const std::vector<std::string> kHeader{"method", "rounds", "time", "p95",   "chunks",
                                       "sent",   "loss",   "test", "error", "lost"};
constexpr std::size_t kLeftColumns = 1;

std::vector<std::string> cells(const TableRow& row) {
  const RunSummary& s = row.summary;
  const double rounds = std::max<double>(1, static_cast<double>(s.rounds));
  return {s.method,
          s.rounds < row.rounds_wanted ? fmt::format("{}/{}", s.rounds, row.rounds_wanted)
                                       : fmt::format("{}", s.rounds),
          time_text(s.seconds_per_round.mean),
          time_text(s.seconds_per_round.p95),
          fmt::format("{:.1f}", static_cast<double>(s.chunks_completed) / rounds),
          byte_text(static_cast<double>(s.bytes_to_server) / rounds),
          loss_text(s.loss),
          number(s.test_accuracy, "{:.4f}"),
          number(s.gradient_error_max, "{:.1e}"),
          s.workers_lost > 0 ? fmt::format("{}", s.workers_lost) : "-"};
}

std::string legend(const TableLines& lines) {
  std::string text =
      "Per round: time (mean, 95th percentile), chunk gradients, bytes to the server\nAt the end: loss";
  constexpr std::array<std::string_view, 3> kLast{"test accuracy", "largest gradient error", "workers lost"};
  for (std::size_t k = 0; k < kLast.size(); ++k) {
    if (!column_is_empty(lines, kHeader.size() - kLast.size() + k)) text += fmt::format(", {}", kLast[k]);
  }
  return text + "\n";
}

std::string ratios(std::span<const TableRow> rows) {
  std::string text;
  for (std::size_t r = 1; r < rows.size(); ++r) {
    const double ratio = time_ratio(rows[0], rows[r]);
    if (std::isnan(ratio)) continue;
    const std::size_t common = std::min(rows[0].seconds.size(), rows[r].seconds.size());
    text += fmt::format("  {} takes {:.2f} of the time of {} per round ({} rounds with the same draws)\n",
                        rows[0].summary.method, ratio, rows[r].summary.method, common);
  }
  for (const TableRow& row : rows) {
    const RunSummary& s = row.summary;
    if (std::isnan(s.clairvoyant_placed)) continue;
    text += fmt::format(
        "  {} takes {:.2f} times the {} of one who knows all speeds, with the same placement\n", s.method,
        s.seconds_per_round.mean / s.clairvoyant_placed, time_text(s.clairvoyant_placed));
  }
  return text;
}

std::string ledger_of(const RunSummary& s) {
  return ledger_table(s.ledger, fmt::format("{}, all {} rounds", s.method, s.rounds));
}

}  // namespace

double time_ratio(const TableRow& a, const TableRow& b) {
  const auto common = static_cast<std::ptrdiff_t>(std::min(a.seconds.size(), b.seconds.size()));
  if (common == 0) return kNotMeasured;
  const double numerator = std::accumulate(a.seconds.begin(), a.seconds.begin() + common, 0.0);
  return numerator / std::accumulate(b.seconds.begin(), b.seconds.begin() + common, 0.0);
}

std::string result_table(std::span<const TableRow> rows) {
  TableLines lines{kHeader};
  for (const TableRow& row : rows) lines.push_back(cells(row));
  std::string text = "\n" + legend(lines) + "\n" + lined_up(lines, kLeftColumns) + "\n" + ratios(rows);
  for (const TableRow& row : rows) {
    if (!row.summary.reason.empty()) {
      text += fmt::format("  {} {}: {}\n", row.summary.method,
                          row.summary.status == "failed" ? "could not finish" : "ended early",
                          row.summary.reason);
    }
  }
  if (!rows.empty() && rows[0].blocks > 1) {
    text += fmt::format(
        "  {0} blocks: every vector is 1/{0} as long, but a round needs {0} copies of every chunk,\n"
        "  {0} times as many chunk gradients as with --blocks 1. That costs time where computing\n"
        "  is what one waits for, and saves time where sending is.\n",
        rows[0].blocks);
  }
  if (const std::string ledger = rows.empty() ? "" : ledger_of(rows[0].summary); !ledger.empty()) {
    text += (text.ends_with("\n\n") ? "" : "\n") + ledger;
  }
  return text;
}

}  // namespace gleaner
