#include "study/grid_figures.h"

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>

namespace gleaner {
namespace {

using Part = GridCondition::Part;

constexpr double kStep = .21;   // between the cells of one group
constexpr double kAside = .03;  // between the policies of one cell, which would else hide one another

// A mark of every policy at x, in the order of kGridPolicies.
void add_cell(std::vector<FigureSeries>& series, const GridCell& cell, double x) {
  for (std::size_t p = 0; p < cell.rows.size(); ++p) {
    const Ratio& r = cell.rows[p].to_bound;
    const double aside = kAside * (static_cast<double>(p) - (static_cast<double>(cell.rows.size()) - 1) / 2);
    series[p].points.push_back({x + aside, r.ratio, r.low, r.high});
  }
}

Figure empty_figure(std::string title, std::string x_label) {
  Figure f;
  f.title = std::move(title);
  f.x.label = std::move(x_label);
  f.y.label = "time of a round / that of a clairvoyant (B2)";
  f.y.min = .95;
  f.width = 860;
  for (const GridPolicy& policy : kGridPolicies) {
    f.series.push_back({std::string(policy.name), {}, FigureSeries::Style::marks});
  }
  return f;
}

// Where a value stands among all that there are.
template <class T>
double rank(const std::set<T>& all, const T& value) {
  return static_cast<double>(std::distance(all.begin(), all.find(value)));
}

Figure of_blocks(const PolicyGrid& grid, std::size_t blocks) {
  Figure f =
      empty_figure(fmt::format("{} {}: speeds that last, and speeds that do not", blocks,
                               blocks == 1 ? "block" : "blocks"),
                   "probability that a speed is drawn anew in a round; in each group noise 0, .1, .3, .5");
  std::set<double> redraws;
  std::set<double> noises;
  for (const GridCell& c : grid.cells) {
    if (c.condition.part != Part::grid) continue;
    redraws.insert(c.condition.redraw);
    noises.insert(c.condition.noise);
  }
  for (const double redraw : redraws)
    f.x.names.emplace_back(rank(redraws, redraw), fmt::format("{}", redraw));
  const double middle = (static_cast<double>(noises.size()) - 1) / 2;
  for (const GridCell& c : grid.cells) {
    if (c.condition.part != Part::grid || c.blocks != blocks) continue;
    add_cell(f.series, c,
             rank(redraws, c.condition.redraw) + kStep * (rank(noises, c.condition.noise) - middle));
  }
  return f;
}

Figure of_others(const PolicyGrid& grid) {
  Figure f =
      empty_figure("Other placements and speeds, drawn anew or measured", "in each group 1, 2 and 3 blocks");
  std::vector<std::string> names;
  for (const GridCell& c : grid.cells) {
    if (c.condition.part != Part::other) continue;
    auto at = std::find(names.begin(), names.end(), c.condition.name);
    if (at == names.end()) at = names.insert(at, c.condition.name);
    add_cell(f.series, c,
             static_cast<double>(at - names.begin()) + kStep * (static_cast<double>(c.blocks) - 2));
  }
  // Nothing lasts here, so there is nothing to learn: they would only hide those that do not.
  for (std::size_t p = 0; p < kGridPolicies.size(); ++p) {
    if (kGridPolicies[p].learns) f.series[p].points.clear();
  }
  for (std::size_t k = 0; k < names.size(); ++k) f.x.names.emplace_back(static_cast<double>(k), names[k]);
  return f;
}

}  // namespace

std::vector<GridFigure> grid_figures(const PolicyGrid& grid) {
  std::vector<GridFigure> all;
  for (std::size_t blocks = 1; blocks <= kGridBlocksMax; ++blocks) {
    all.push_back({fmt::format("grid-blocks-{}.svg", blocks), of_blocks(grid, blocks)});
  }
  all.push_back({"grid-others.svg", of_others(grid)});
  return all;
}

}  // namespace gleaner
