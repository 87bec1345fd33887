#include "study/reproduce_tables.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "base/paragraph.h"

namespace gleaner {
namespace {

std::string number(double value, int digits) {
  if (value == 0) return "0";
  return fmt::format("{:.{}g}", value, digits);
}

// Four decimals: enough to see the standard error of 2,000 trials.
std::string mean_text(const Estimate& e) {
  return e.mean == 0 ? "0" : fmt::format("{:.4f} ± {:.4f}", e.mean, e.std_error);
}

std::string published_text(const std::optional<Compared>& compared) {
  if (!compared) return "";
  const Published& p = compared->published;
  if (p.mean == 0) return "0";
  return p.std_error ? fmt::format("{:.4f} ± {:.4f}", p.mean, *p.std_error) : fmt::format("{:.4f}", p.mean);
}

std::string deviation_text(const std::optional<Compared>& compared) {
  if (!compared) return "";
  const double d = compared->deviation;
  return fmt::format("{:+.1f}{}", d == 0 ? 0 : d, std::fabs(d) <= kDeviationMax ? "" : " !");
}

ReportTable times_table(const Reproduction& r) {
  ReportTable t;
  t.key = "times";
  t.title =
      fmt::format("Exact recovery: mean time of a round, in mean chunk times ({} trials)", r.time_trials);
  t.note =
      "± standard error; deviation in standard errors of the difference. The clock is looked at at whole "
      "times only, as in the paper, but where it says \"any time\".";
  t.header = {"scheme", "clock", "method", "lost", "blocks", "ours"};
  t.left = 3;
  if (r.has_paper) t.header.insert(t.header.end(), {"published", "deviation"});
  for (const TimeRow& row : r.times) {
    t.rows.push_back({row.scheme, row.grid == Grid::integer ? "whole times" : "any time",
                      std::string(name_of(row.method)), fmt::format("{}", row.lost),
                      fmt::format("{}", row.blocks), mean_text(row.time)});
    if (!r.has_paper) continue;
    t.rows.back().push_back(published_text(row.compared));
    t.rows.back().push_back(deviation_text(row.compared));
  }
  return t;
}

void add_residuals(ReportTable& t, const Reproduction& r, const std::vector<ResidualRow>& rows,
                   std::string_view original) {
  for (const ResidualRow& row : rows) {
    const bool is_original = row.method == PaperMethod::original;
    t.rows.push_back({std::string(is_original ? original : name_of(row.method)),
                      fmt::format("{}", row.blocks), fmt::format("{}", row.deadline), mean_text(row.norm)});
    if (r.has_paper) {
      t.rows.back().push_back(published_text(row.norm_compared));
      t.rows.back().push_back(deviation_text(row.norm_compared));
    }
    t.rows.back().push_back(mean_text(row.square));
    if (!r.has_paper) continue;
    t.rows.back().push_back(published_text(row.square_compared));
    t.rows.back().push_back(deviation_text(row.square_compared));
  }
}

ReportTable residuals_table(const Reproduction& r) {
  ReportTable t;
  t.key = "residuals";
  t.title = fmt::format("Recovery at a deadline on {}, {} workers lost: mean residual ({} trials)",
                        r.residual_scheme, kPaperLost, r.residual_trials);
  t.note =
      "The norm is what the paper plots and calls MSE; the square is the mean squared residual. \"fixed "
      "sums\" is the paper's original code: plain sums, weighted by least squares. \"encodes late\" is the "
      "original code of this program, whose workers encode when they know who has finished.";
  t.header = {"method", "blocks", "deadline", "norm"};
  t.left = 1;
  if (r.has_paper) t.header.insert(t.header.end(), {"published", "deviation"});
  t.header.emplace_back("square");
  if (r.has_paper) t.header.insert(t.header.end(), {"published", "deviation"});
  add_residuals(t, r, r.residuals, "original, fixed sums");
  add_residuals(t, r, r.shipping_original, "original, encodes late");
  return t;
}

ReportTable orders_table(const Reproduction& r) {
  ReportTable t;
  t.key = "orders";
  t.title = "Q_max: chunks that the cluster may have done when the last one is covered, at worst";
  t.note = "Smaller is better; no order can be below the bound.";
  t.header = {"scheme", "order", "blocks", "Q_max", "bound"};
  t.left = 2;
  for (const OrderRow& row : r.orders) {
    t.rows.push_back({row.scheme, row.order, fmt::format("{}", row.blocks),
                      std::floor(row.q_max) == row.q_max ? fmt::format("{:.0f}", row.q_max)
                                                         : fmt::format("{:.1f}", row.q_max),
                      fmt::format("{}", row.lower_bound)});
  }
  return t;
}

ReportTable stability_table(const Reproduction& r) {
  ReportTable t;
  t.key = "stability";
  t.title = "Numerical stability: worst condition number, relative error of the sum in float32";
  t.note = fmt::format(
      "Condition: over all sets of l holders of one chunk. Error: of encoding, sending and decoding float32, "
      "against the sum in double precision; adding the same gradients in float32 without a code gives {} "
      "(99th percentile).",
      number(r.plain_sum_p99, 2));
  t.header = {"scheme", "code", "blocks", "worst condition", "error, median", "99th percentile"};
  t.left = 2;
  for (const StabilityRow& row : r.stability) {
    t.rows.push_back({row.scheme, row.code, fmt::format("{}", row.blocks),
                      std::isfinite(row.condition) ? number(row.condition, 3) : "above 1e10",
                      number(row.error_p50, 2), number(row.error_p99, 2)});
  }
  return t;
}

}  // namespace

std::vector<ReportTable> tables_of(const Reproduction& r) {
  return {times_table(r), residuals_table(r), orders_table(r), stability_table(r)};
}

std::string text_of(const ReportTable& table) {
  std::vector<std::size_t> width(table.header.size());
  const auto widen = [&](const std::vector<std::string>& cells) {
    for (std::size_t c = 0; c < cells.size(); ++c) width[c] = std::max(width[c], letters(cells[c]));
  };
  widen(table.header);
  for (const auto& row : table.rows) widen(row);
  std::string text = table.title + "\n\n";
  const auto write = [&](const std::vector<std::string>& cells) {
    std::string line = " ";
    for (std::size_t c = 0; c < cells.size(); ++c) {
      const std::string blanks(width[c] - letters(cells[c]), ' ');
      line += (c == 0 ? " " : "  ") + (c < table.left ? cells[c] + blanks : blanks + cells[c]);
    }
    text += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  };
  write(table.header);
  for (const auto& row : table.rows) write(row);
  if (!table.note.empty()) text += "\n" + paragraph(table.note, "  ");
  return text;
}

std::string agreement_sentence(const Reproduction& r) {
  if (!r.has_paper) return "Nothing is compared: give the published results with --reference.";
  const Agreement a = agreement_of(r);
  if (a.beyond == 0) {
    return fmt::format(
        "All {} numbers that were published lie within {:g} standard errors of the difference; the farthest "
        "is {:.1f} away.",
        a.rows, kDeviationMax, a.worst);
  }
  return fmt::format(
      "{} of {} published numbers are more than {:g} standard errors of the difference away (marked !); the "
      "farthest is {:.1f} away.",
      a.beyond, a.rows, kDeviationMax, a.worst);
}

}  // namespace gleaner
