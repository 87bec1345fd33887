#include "study/reproduce_figures.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "study/reproduce_stability.h"

namespace gleaner {
namespace {

constexpr unsigned kWidth = 640;
constexpr unsigned kHeight = 360;

FigurePoint with_bar(double x, double y, double std_error) {
  return {x, y, y - 2 * std_error, y + 2 * std_error};
}

FigureAxis blocks_axis() {
  FigureAxis axis;
  axis.label = "blocks";
  axis.min = 0.8;
  axis.max = kPaperBlocks + 0.2;
  for (std::size_t l = 1; l <= kPaperBlocks; ++l) {
    axis.names.emplace_back(static_cast<double>(l), fmt::format("{}", l));
  }
  return axis;
}

Figure empty_figure(std::string title, FigureAxis x, FigureAxis y) {
  Figure f;
  f.title = std::move(title);
  f.x = std::move(x);
  f.y = std::move(y);
  f.width = kWidth;
  f.height = kHeight;
  return f;
}

// One line of the key is enough for all hollow marks.
void add_published(Figure& f, std::vector<FigurePoint> points) {
  const bool named = std::any_of(f.series.begin(), f.series.end(), [](const FigureSeries& s) {
    return s.style == FigureSeries::Style::published;
  });
  if (points.empty()) return;
  f.series.push_back({named ? "" : "published (hollow)", std::move(points), FigureSeries::Style::published});
}

std::string short_name(PaperMethod method) {
  switch (method) {
    case PaperMethod::original: return "original";
    case PaperMethod::optimal_order: return "optimal order";
    case PaperMethod::random_order: return "random order";
  }
  return "unknown";
}

struct TimesWanted {
  std::string_view scheme;
  bool losses;
};

NamedFigure times_figure(const Reproduction& r, TimesWanted wanted, std::string file, std::string title,
                         double top) {
  FigureAxis y;
  y.label = "mean time of a round [chunk times]";
  y.min = 0;
  y.max = top;
  Figure f = empty_figure(std::move(title), blocks_axis(), y);
  for (const PaperMethod method : kPaperMethods) {
    FigureSeries ours{short_name(method), {}, FigureSeries::Style::lines};
    std::vector<FigurePoint> published;
    for (const TimeRow& row : r.times) {
      if (row.scheme_key != wanted.scheme || (row.lost > 0) != wanted.losses || row.method != method ||
          row.grid != Grid::integer) {
        continue;
      }
      const auto x = static_cast<double>(row.blocks);
      ours.points.push_back(with_bar(x, row.time.mean, row.time.std_error));
      if (row.compared) published.push_back({x, row.compared->published.mean});
    }
    f.series.push_back(std::move(ours));
    add_published(f, std::move(published));
  }
  std::string caption = f.title + ": mean time of a round against blocks, by method.";
  return {std::move(file), "times", std::move(caption), std::move(f)};
}

void add_times(const Reproduction& r, std::vector<NamedFigure>& figures) {
  double top = 0;
  for (const TimeRow& row : r.times) top = std::max(top, row.time.mean);
  top = std::ceil(top + 0.5);
  figures.push_back(
      times_figure(r, {"cyclic", false}, "times-cyclic.svg", "Exact recovery, cyclic, nobody lost", top));
  figures.push_back(times_figure(r, {"cyclic", true}, "times-cyclic-losses.svg",
                                 "Exact recovery, cyclic, 8 - L workers lost", top));
  figures.push_back(times_figure(r, {"random-graph", true}, "times-random-graph.svg",
                                 "Exact recovery, a random graph, 8 - L workers lost", top));
  if (r.has_g1) {
    figures.push_back(
        times_figure(r, {"g1", true}, "times-g1.svg", "Exact recovery, G1, 8 - L workers lost", top));
  }
}

void add_residual_series(Figure& f, const std::vector<ResidualRow>& rows, std::string name,
                         PaperMethod method, std::size_t blocks) {
  FigureSeries ours{std::move(name), {}, FigureSeries::Style::lines};
  std::vector<FigurePoint> published;
  for (const ResidualRow& row : rows) {
    if (row.method != method || row.blocks != blocks) continue;
    ours.points.push_back(with_bar(row.deadline, row.norm.mean, row.norm.std_error));
    const bool shown = row.norm_compared && row.norm_compared->published.mean > 0;
    if (shown) published.push_back({static_cast<double>(row.deadline), row.norm_compared->published.mean});
  }
  f.series.push_back(std::move(ours));
  add_published(f, std::move(published));
}

void add_residuals(const Reproduction& r, std::vector<NamedFigure>& figures) {
  FigureAxis x;
  x.label = "deadline [chunk times]";
  x.min = 0;
  x.max = 25;
  FigureAxis y;
  y.label = "mean norm of the residual";
  y.log = true;
  y.min = 5e-4;
  y.max = 20;
  for (std::size_t blocks = 1; blocks <= kPaperBlocks; ++blocks) {
    Figure f = empty_figure(fmt::format("Recovery at a deadline, {}, {} block{}", r.residual_scheme, blocks,
                                        blocks == 1 ? "" : "s"),
                            x, y);
    // Without points for more than one block: the other colours stay.
    add_residual_series(f, r.residuals, "original", PaperMethod::original, blocks);
    add_residual_series(f, r.residuals, short_name(PaperMethod::optimal_order), PaperMethod::optimal_order,
                        blocks);
    add_residual_series(f, r.residuals, short_name(PaperMethod::random_order), PaperMethod::random_order,
                        blocks);
    if (blocks == 1) {
      add_residual_series(f, r.shipping_original, "original, late", PaperMethod::original, 1);
    }
    figures.push_back({fmt::format("residuals-{}.svg", blocks), "residuals",
                       f.title + ": mean norm of the residual against the deadline. Zeros cannot be drawn.",
                       std::move(f)});
  }
}

void add_orders(const Reproduction& r, std::vector<NamedFigure>& figures) {
  for (const std::string& scheme : {r.orders.front().scheme, r.orders.back().scheme}) {
    FigureAxis y;
    y.label = "Q_max [chunks]";
    Figure f = empty_figure(fmt::format("Chunks done at worst, {}", scheme), blocks_axis(), y);
    std::vector<FigurePoint> bound;
    for (const OrderRow& row : r.orders) {
      if (row.scheme != scheme) continue;
      auto it = std::find_if(f.series.begin(), f.series.end(),
                             [&](const FigureSeries& s) { return s.name == row.order; });
      if (it == f.series.end()) it = f.series.insert(it, {row.order, {}, FigureSeries::Style::lines});
      const auto x = static_cast<double>(row.blocks);
      it->points.push_back({x, row.q_max});
      if (row.order == "optimal") bound.push_back({x, static_cast<double>(row.lower_bound)});
    }
    f.series.push_back({"lower bound", std::move(bound), FigureSeries::Style::marks});
    figures.push_back({scheme == r.orders.front().scheme ? "q-max-cyclic.svg" : "q-max-graph.svg", "orders",
                       f.title + ": Q_max against blocks, by order.", std::move(f)});
  }
}

// Blocks at even distances: 2, 3, 4, 8.
FigureAxis even_axis(const std::vector<StabilityRow>& rows) {
  FigureAxis axis;
  axis.label = "blocks";
  axis.min = 0.8;
  for (const StabilityRow& row : rows) {
    const std::string name = fmt::format("{}", row.blocks);
    const bool known =
        std::any_of(axis.names.begin(), axis.names.end(), [&](const auto& n) { return n.second == name; });
    if (!known) axis.names.emplace_back(static_cast<double>(axis.names.size() + 1), name);
  }
  axis.max = static_cast<double>(axis.names.size()) + 0.2;
  return axis;
}

template <class Value>
NamedFigure stability_figure(const std::vector<StabilityRow>& rows, std::string file, std::string title,
                             std::string label, Value&& value) {
  FigureAxis y;
  y.label = std::move(label);
  y.log = true;
  Figure f = empty_figure(std::move(title), even_axis(rows), y);
  for (const StudiedCode code : kStudiedCodes) {
    FigureSeries series{std::string(name_of(code)), {}, FigureSeries::Style::lines};
    for (const StabilityRow& row : rows) {
      if (row.code != series.name) continue;
      const std::string name = fmt::format("{}", row.blocks);
      const auto at =
          std::find_if(f.x.names.begin(), f.x.names.end(), [&](const auto& n) { return n.second == name; });
      series.points.push_back({at->first, value(row)});
    }
    f.series.push_back(std::move(series));
  }
  std::string caption = f.title + ": " + f.y.label + " against blocks, by code. Above 1e10 nothing is drawn.";
  return {std::move(file), "stability", std::move(caption), std::move(f)};
}

void add_stability(const Reproduction& r, std::vector<NamedFigure>& figures) {
  for (const bool cyclic : {true, false}) {
    std::vector<StabilityRow> rows;
    for (const StabilityRow& row : r.stability) {
      if ((row.scheme_key == "cyclic") == cyclic) rows.push_back(row);
    }
    if (rows.empty()) continue;
    const char* ending = cyclic ? "cyclic" : "graph";
    figures.push_back(stability_figure(
        rows, fmt::format("condition-{}.svg", ending), fmt::format("Worst condition, {}", rows[0].scheme),
        "worst condition number", [](const StabilityRow& row) { return row.condition; }));
    figures.push_back(stability_figure(rows, fmt::format("error-{}.svg", ending),
                                       fmt::format("Error of the sum in float32, {}", rows[0].scheme),
                                       "relative error, 99th percentile",
                                       [](const StabilityRow& row) { return row.error_p99; }));
  }
}

}  // namespace

std::vector<NamedFigure> figures_of(const Reproduction& r) {
  std::vector<NamedFigure> figures;
  add_times(r, figures);
  add_residuals(r, figures);
  add_orders(r, figures);
  add_stability(r, figures);
  return figures;
}

}  // namespace gleaner
