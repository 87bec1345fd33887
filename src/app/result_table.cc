#include "app/result_table.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

namespace gleaner {
namespace {

std::string number(double value, const char* format) {
  return std::isnan(value) ? "-" : fmt::format(fmt::runtime(format), value);
}

std::string bytes(double n) {
  for (const char* unit : {"B", "kB", "MB", "GB"}) {
    if (n < 1000 || unit[0] == 'G')
      return fmt::format("{:.{}f}{}", n, n < 10 && unit[0] != 'B' ? 1 : 0, unit);
    n /= 1000;
  }
  return "-";
}

std::string time(double seconds) {
  if (std::isnan(seconds)) return "-";
  return seconds < 100 ? fmt::format("{:.1f}ms", 1e3 * seconds) : fmt::format("{:.1f}s", seconds);
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
          time(s.seconds_per_round.mean),
          time(s.seconds_per_round.p95),
          fmt::format("{:.1f}", static_cast<double>(s.chunks_completed) / rounds),
          bytes(static_cast<double>(s.bytes_to_server) / rounds),
          number(s.loss, "{:.4f}"),
          number(s.test_accuracy, "{:.4f}"),
          number(s.gradient_error_max, "{:.1e}"),
          s.workers_lost > 0 ? fmt::format("{}", s.workers_lost) : "-"};
}

// Text to the left, numbers to the right; columns that are empty in every row are left out.
std::string line_up(const std::vector<std::vector<std::string>>& lines) {
  std::string text;
  for (const auto& line : lines) {
    text += " ";
    for (std::size_t c = 0; c < line.size(); ++c) {
      std::size_t width = 0;
      bool empty = true;
      for (std::size_t r = 0; r < lines.size(); ++r) {
        width = std::max(width, lines[r][c].size());
        empty = empty && (r == 0 || lines[r][c] == "-");
      }
      if (empty) continue;
      text +=
          c < kLeftColumns ? fmt::format(" {:<{}}", line[c], width) : fmt::format("  {:>{}}", line[c], width);
    }
    while (text.back() == ' ') text.pop_back();
    text += "\n";
  }
  return text;
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
  return text;
}

}  // namespace

double time_ratio(const TableRow& a, const TableRow& b) {
  const auto common = static_cast<std::ptrdiff_t>(std::min(a.seconds.size(), b.seconds.size()));
  if (common == 0) return kNotMeasured;
  const double numerator = std::accumulate(a.seconds.begin(), a.seconds.begin() + common, 0.0);
  return numerator / std::accumulate(b.seconds.begin(), b.seconds.begin() + common, 0.0);
}

std::string result_table(std::span<const TableRow> rows) {
  std::vector<std::vector<std::string>> lines{kHeader};
  for (const TableRow& row : rows) lines.push_back(cells(row));
  std::string text =
      "\nPer round: mean time, its 95th percentile, chunk gradients computed, bytes sent to\n"
      "the server. At the end: loss, accuracy on the test set, largest relative error of a\n"
      "gradient, workers lost.\n\n";
  text += line_up(lines) + "\n" + ratios(rows);
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
  return text;
}

}  // namespace gleaner
