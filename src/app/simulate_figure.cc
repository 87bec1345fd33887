#include <algorithm>
#include <functional>
#include <iterator>
#include <vector>

#include <fmt/format.h>

#include "app/simulate_report.h"

namespace gleaner {
namespace {

using Results = std::span<const SimulateResult>;
using Quantity = std::function<double(const SimulateRow&)>;

double deadline_of(const SimulateRow& row) { return seconds(row.study.cluster.server.recovery.deadline); }
double blocks_of(const SimulateRow& row) { return static_cast<double>(row.blocks); }
double replication_of(const SimulateRow& row) { return static_cast<double>(row.replication); }

bool differs(Results results, const Quantity& quantity) {
  return std::any_of(results.begin(), results.end(),
                     [&](const SimulateResult& r) { return quantity(r.row) != quantity(results[0].row); });
}

bool differs(Results results, std::string SimulateRow::*name) {
  return std::any_of(results.begin(), results.end(),
                     [&](const SimulateResult& r) { return r.row.*name != results[0].row.*name; });
}

std::vector<SimulateResult> rows_of(Results results, bool (*wanted)(const SimulateRow&)) {
  std::vector<SimulateResult> found;
  std::copy_if(results.begin(), results.end(), std::back_inserter(found),
               [&](const SimulateResult& r) { return wanted(r.row); });
  return found;
}

// What stands on the x axis. Uncoded rows have 1 replication and 1 block of their own, which is no choice.
struct Abscissa {
  enum class Kind : std::uint8_t { deadline, blocks, replication, rows } kind = Kind::rows;
  Quantity value;
};

Abscissa abscissa_of(Results results) {
  const std::vector<SimulateResult> coded =
      rows_of(results, [](const SimulateRow& r) { return r.method != "uncoded"; });
  using Kind = Abscissa::Kind;
  if (differs(results, deadline_of)) return {Kind::deadline, deadline_of};
  if (differs(coded, replication_of)) return {Kind::replication, replication_of};
  if (differs(coded, blocks_of)) return {Kind::blocks, blocks_of};
  return {};
}

// What tells the series apart that share an axis.
std::string name_of(Results all, const SimulateRow& row, Abscissa::Kind on_axis) {
  std::string name = row.method;
  const auto add = [&](bool needed, const std::string& text) {
    if (needed) name += ", " + text;
  };
  const std::vector<SimulateResult> coded =
      rows_of(all, [](const SimulateRow& r) { return r.method != "uncoded"; });
  const std::vector<SimulateResult> ordered =
      rows_of(all, [](const SimulateRow& r) { return r.order != "-"; });
  const bool codes = row.method != "uncoded";
  add(differs(all, &SimulateRow::policy), row.policy);
  add(row.order != "-" && differs(ordered, &SimulateRow::order), row.order + " order");
  add(codes && on_axis != Abscissa::Kind::replication && differs(coded, replication_of),
      fmt::format("G={}", row.replication));
  add(codes && on_axis != Abscissa::Kind::blocks && differs(coded, blocks_of),
      fmt::format("L={}", row.blocks));
  add(on_axis != Abscissa::Kind::deadline && differs(all, &SimulateRow::recovery), row.recovery);
  return name;
}

FigurePoint point_of(double x, const Estimate& e) {
  const double half = e.half_width();
  return {x, e.mean, e.mean - half, e.mean + half};
}

FigureSeries& series_named(Figure& figure, const std::string& name) {
  for (FigureSeries& s : figure.series) {
    if (s.name == name) return s;
  }
  figure.series.push_back({name, {}, FigureSeries::Style::lines});
  return figure.series.back();
}

// A row that has no value on the axis (uncoded) is a level line.
std::vector<double> places(Results all, const SimulateRow& row, const Abscissa& x) {
  const bool level = row.method == "uncoded" && x.kind != Abscissa::Kind::deadline;
  if (!level) return {x.value(row)};
  std::vector<double> everywhere;
  for (const SimulateResult& r : all) {
    if (r.row.method != "uncoded") everywhere.push_back(x.value(r.row));
  }
  std::sort(everywhere.begin(), everywhere.end());
  everywhere.erase(std::unique(everywhere.begin(), everywhere.end()), everywhere.end());
  return everywhere;
}

void draw_rows(Figure& f, Results results) {
  f.x.min = 0.5;
  f.x.max = static_cast<double>(results.size()) + 0.5;
  FigureSeries mean{"mean, 95% interval", {}, FigureSeries::Style::marks};
  FigureSeries tail{"99% are below", {}, FigureSeries::Style::marks};
  FigureSeries bound{"bound B2", {}, FigureSeries::Style::marks};
  for (std::size_t k = 0; k < results.size(); ++k) {
    const auto x = static_cast<double>(k + 1);
    const SimulateResult& r = results[k];
    f.x.names.emplace_back(x, name_of(results, r.row, Abscissa::Kind::rows));
    mean.points.push_back(point_of(x, r.summary.time));
    tail.points.push_back({x, r.summary.p99});
    if (r.bounds) bound.points.push_back({x, r.bounds->placed.mean});
  }
  f.series = {mean, tail, bound};
}

void draw_against(Figure& f, Results results, const Abscissa& x) {
  const bool deadlines = x.kind == Abscissa::Kind::deadline;
  for (const SimulateResult& r : results) {
    const Estimate& e = deadlines ? r.summary.residual_norm : r.summary.time;
    for (const double at : places(results, r.row, x)) {
      series_named(f, name_of(results, r.row, x.kind)).points.push_back(point_of(at, e));
    }
  }
  for (const SimulateResult& r : results) {  // behind the rows, so that their colours do not depend on it
    if (!r.bounds || deadlines || r.row.method == "uncoded") continue;
    FigureSeries& bound = series_named(f, "bound B2");
    const double at = x.value(r.row);
    const bool there = std::any_of(bound.points.begin(), bound.points.end(),
                                   [&](const FigurePoint& p) { return p.x == at; });
    if (!there) bound.points.push_back(point_of(at, r.bounds->placed));
  }
  for (FigureSeries& s : f.series) {
    std::sort(s.points.begin(), s.points.end(),
              [](const FigurePoint& a, const FigurePoint& b) { return a.x < b.x; });
  }
}

}  // namespace

Figure simulate_figure(Results results) {
  const SimulateRow& first = results[0].row;
  const Abscissa x = abscissa_of(results);
  Figure f;
  f.title = fmt::format("{} workers, {}, {} trials", first.study.cluster.plan->workers(),
                        first.study.cluster.speeds.text(), results[0].summary.trials);
  f.y.label = x.kind == Abscissa::Kind::deadline ? "residual norm, mean and 95% interval"
                                                 : "time of a round [s], mean and 95% interval";
  f.y.min = 0;
  f.x.whole = x.kind == Abscissa::Kind::blocks || x.kind == Abscissa::Kind::replication;
  switch (x.kind) {
    case Abscissa::Kind::deadline: f.x.label = "deadline [s]"; break;
    case Abscissa::Kind::blocks: f.x.label = "blocks"; break;
    case Abscissa::Kind::replication: f.x.label = "replication"; break;
    case Abscissa::Kind::rows: f.y.label = "time of a round [s]"; break;
  }
  if (x.kind == Abscissa::Kind::rows) {
    draw_rows(f, results);
  } else {
    draw_against(f, results, x);
  }
  return f;
}

}  // namespace gleaner
