#include <algorithm>
#include <cmath>
#include <functional>

#include <fmt/format.h>

#include "app/columns.h"
#include "app/simulate_report.h"
#include "app/words.h"
#include "base/paragraph.h"

namespace gleaner {
namespace {

using Results = std::span<const SimulateResult>;

std::string number(double x, const char* format) {
  return std::isfinite(x) ? fmt::format(fmt::runtime(format), x) : "-";
}

std::string ratio_text(const Ratio& r) {
  if (!std::isfinite(r.ratio)) return "-";
  if (!(r.low < r.high)) return fmt::format("{:.3f}", r.ratio);
  return fmt::format("{:.3f} ({:.3f}..{:.3f})", r.ratio, r.low, r.high);
}

std::string count_text(std::uint64_t count) { return count == 0 ? "-" : fmt::format("{}", count); }

struct Column {
  std::string_view name;
  std::function<std::string(const SimulateResult&)> cell;
  bool only_if_it_differs = false;
  std::string_view meaning = "";
};

std::string bytes_of(const StudySummary& s) {
  const double bytes = s.bytes_to_server + s.bytes_to_workers;
  return std::isfinite(bytes) ? byte_text(bytes) : "-";
}

// An exact row has none to speak of.
std::string residual_text(const SimulateResult& r) {
  const bool exact = r.row.study.cluster.server.recovery.kind == Recovery::Kind::exact;
  return exact && r.summary.residual_norm.mean_square == 0 ? "-"
                                                           : number(r.summary.residual_norm.mean, "{:.4g}");
}

// Of the ledger; it is there if it was asked for.
template <class Member>
std::string per_round(const SimulateResult& r, Member member) {
  if (!r.ledger || r.ledger->rounds == 0) return "-";
  const auto count = static_cast<double>(std::invoke(member, r.ledger->page.total()));
  return count == 0 ? "-" : fmt::format("{:.1f}", count / static_cast<double>(r.ledger->rounds));
}

std::vector<Column> columns() {
  using R = const SimulateResult&;
  return {
      {"method", [](R r) { return r.row.method; }},
      {"policy", [](R r) { return r.row.policy; }, true},
      {"order", [](R r) { return r.row.order; }, true},
      {"recovery", [](R r) { return r.row.recovery; }, true},
      {"G", [](R r) { return fmt::format("{}", r.row.replication); }, true, "replication"},
      {"L", [](R r) { return fmt::format("{}", r.row.blocks); }, true, "blocks"},
      {"time [s]", [](R r) { return interval_text(r.summary.time.mean, r.summary.time.half_width()); }, false,
       "mean of a round, 95% interval"},
      {"p50", [](R r) { return number(r.summary.p50, "{:.4g}"); }},
      {"p99", [](R r) { return number(r.summary.p99, "{:.4g}"); }, false, "99% of the rounds take no longer"},
      {"to first row", [](R r) { return ratio_text(r.time_to_first); }, false,
       "ratio of times on the same draws, 95% interval"},
      {"residual", [](R r) { return residual_text(r); }, false, "norm of what is missing"},
      {"chunks", [](R r) { return number(r.summary.chunks_completed, "{:.1f}"); }, false,
       "chunk gradients computed in a round"},
      {"wasted", [](R r) { return per_round(r, &LedgerRow::wasted); }, false, "of `chunks`, not used"},
      {"skipped", [](R r) { return per_round(r, &LedgerRow::skipped); }, false,
       "copies left out, since enough others had them"},
      {"aborted", [](R r) { return per_round(r, &LedgerRow::aborted); }, false,
       "copies begun and dropped before the end"},
      {"bytes", [](R r) { return bytes_of(r.summary); }, false, "of all messages of a round"},
      {"B2", [](R r) { return r.bounds ? number(r.bounds->placed.mean, "{:.4g}") : "-"; }, false,
       "the soonest that anybody with the same placement who knows all speeds can be done"},
      {"to B2", [](R r) { return r.bounds ? ratio_text(r.bounds->time_to_placed) : "-"; }, false,
       "ratio of times on the same draws, 95% interval"},
      {"lost late", [](R r) { return count_text(r.summary.lost_after_signal); }, false,
       "losses after the server asked for vectors, in all trials"},
      {"restarts", [](R r) { return count_text(r.summary.server_restarts); }, false,
       "of the server, in all trials"},
      {"repeated", [](R r) { return count_text(r.summary.rounds_repeated); }, false,
       "rounds begun anew, since a loss of the server undid them"},
      {"failed", [](R r) { return count_text(r.summary.failed); }, false,
       "trials that could not be recovered"},
  };
}

// Among the rows for which it means anything.
bool differs(Results results, const Column& column) {
  std::string first = "-";
  for (const SimulateResult& r : results) {
    const std::string cell = column.cell(r);
    if (cell == "-") continue;
    if (first != "-" && cell != first) return true;
    first = cell;
  }
  return false;
}

// Of what stands in the table.
std::string legend(const std::vector<Column>& shown, const TableLines& lines) {
  std::string text;
  for (std::size_t c = 0; c < shown.size(); ++c) {
    if (shown[c].meaning.empty() || column_is_empty(lines, c)) continue;
    text += fmt::format("  {}: {}\n", shown[c].name, shown[c].meaning);
  }
  return text;
}

// A row by what sets it apart: "partial, G 2".
std::string name_of(const SimulateResult& r, const std::vector<Column>& shown) {
  std::string name = r.row.method;
  for (const Column& column : shown) {
    if (!column.only_if_it_differs || column.cell(r) == "-") continue;
    name += fmt::format(", {} {}", column.name, column.cell(r));
  }
  return name;
}

std::string failures(Results results, const std::vector<Column>& shown) {
  std::string text;
  for (const SimulateResult& r : results) {
    if (r.summary.failed == 0) continue;
    text += paragraph(fmt::format("{}: {} of {} trials failed, the first with: {}", name_of(r, shown),
                                  r.summary.failed, r.summary.trials, r.summary.reason),
                      "  ");
  }
  return text;
}

// What must never be: a fault of Gleaner, not of the cluster.
std::string violations(Results results, const std::vector<Column>& shown) {
  std::string text;
  const auto add = [&](const SimulateResult& r, const std::optional<std::uint64_t>& count, const char* whom) {
    if (count.value_or(0) == 0) return;
    text += paragraph(
        fmt::format("{} WAS BEHIND {} in {} rounds, which must not be", name_of(r, shown), whom, *count),
        "  WRONG: ");
  };
  for (const SimulateResult& r : results) {
    add(r, r.behind_static, "static");
    add(r, r.behind_original, "original");
  }
  return text;
}

}  // namespace

std::string simulate_table(Results results, std::span<const std::string> notes) {
  std::vector<Column> shown;
  for (Column& column : columns()) {
    if (column.only_if_it_differs && !differs(results, column)) continue;
    if (column.name == "to first row" && results.size() == 1) continue;
    shown.push_back(std::move(column));
  }
  TableLines lines(1);
  for (const Column& column : shown) lines[0].emplace_back(column.name);
  for (const SimulateResult& r : results) {
    std::vector<std::string>& line = lines.emplace_back();
    for (const Column& column : shown) line.push_back(column.cell(r));
  }
  std::string text = lined_up(lines, 1) + "\n" + legend(shown, lines) + failures(results, shown) +
                     violations(results, shown);
  for (const std::string& note : notes) text += paragraph(note, "  note: ");
  return text;
}

}  // namespace gleaner
