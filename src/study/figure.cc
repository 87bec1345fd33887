#include "study/figure.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "study/gnuplot.h"

namespace gleaner {
namespace {

// Okabe and Ito's colours (2008), which people with every kind of colour vision can tell apart; the yellow,
// too pale for a line on white, is left out. Marks and dashes differ as well, for print without colour.
constexpr std::array<const char*, 7> kColours{"#0072B2", "#D55E00", "#009E73", "#CC79A7",
                                              "#E69F00", "#56B4E9", "#000000"};
constexpr std::array<int, 7> kFilled{7, 5, 9, 11, 13, 15, 7};
constexpr std::array<int, 7> kHollow{6, 4, 8, 10, 12, 14, 6};

// In single quotes gnuplot expands nothing; a quote is doubled. What is not printable becomes a space.
std::string quoted(const std::string& text) {
  std::string q = "'";
  for (const char c : text) {
    if (c == '\'') q += '\'';
    q += static_cast<unsigned char>(c) < 0x20 || c == 0x7F ? ' ' : c;
  }
  return q + "'";
}

// At a tick gnuplot takes % for the beginning of a number.
std::string tick(std::string text) {
  for (std::size_t at = 0; (at = text.find('%', at)) != std::string::npos; at += 2) text.insert(at, 1, '%');
  return quoted(text);
}

bool shows(const FigureAxis& axis, double value) { return std::isfinite(value) && (!axis.log || value > 0); }

bool shows(const Figure& f, const FigurePoint& p) { return shows(f.x, p.x) && shows(f.y, p.y); }

bool has_points(const Figure& f, const FigureSeries& s) {
  return std::any_of(s.points.begin(), s.points.end(), [&](const FigurePoint& p) { return shows(f, p); });
}

bool has_bars(const FigureSeries& s) {
  return std::any_of(s.points.begin(), s.points.end(), [](const FigurePoint& p) { return p.low && p.high; });
}

std::string axis_script(char name, const FigureAxis& axis) {
  std::string s = fmt::format("set {}label {}\n", name, quoted(axis.label));
  // Powers of ten far from 1 as 1e-08, not with all their zeros.
  if (axis.log) s += fmt::format("set logscale {0}\nset format {0} '%g'\n", name);
  const auto end = [](const std::optional<double>& x) {
    return x ? fmt::format("{}", *x) : std::string("*");
  };
  s += fmt::format("set {}range [{}:{}]\n", name, end(axis.min), end(axis.max));
  if (axis.names.empty()) return s;
  s += fmt::format("set {}tics (", name);
  for (std::size_t k = 0; k < axis.names.size(); ++k) {
    s += fmt::format("{}{} {}", k == 0 ? "" : ", ", tick(axis.names[k].second), axis.names[k].first);
  }
  s += ")\n";
  const bool crowded = axis.names.size() > 4 ||
                       std::any_of(axis.names.begin(), axis.names.end(),
                                   [&](const auto& n) { return n.second.size() * axis.names.size() > 80; });
  if (name == 'x' && crowded) s += "set xtics rotate by -20 left\n";
  return s;
}

// A bar of length 0 for a point without one: a column may not be empty.
std::string data_script(const Figure& f, const FigureSeries& s, std::size_t number) {
  std::string text = fmt::format("$s{} << EOD\n", number);
  for (const FigurePoint& p : s.points) {
    if (!shows(f, p)) continue;
    const double low = p.low && shows(f.y, *p.low) ? *p.low : p.y;
    const double high = p.high && shows(f.y, *p.high) ? *p.high : p.y;
    text += fmt::format("{} {} {} {}\n", p.x, p.y, low, high);
  }
  return text + "EOD\n";
}

struct Look {
  std::size_t colour;
  std::size_t mark;
};

std::string series_script(const FigureSeries& s, std::size_t number, Look look) {
  const char* colour = kColours[look.colour % kColours.size()];
  const bool published = s.style == FigureSeries::Style::published;
  const int mark = (published ? kHollow : kFilled)[look.mark % kFilled.size()];
  const bool bars = has_bars(s);
  const std::string ending = fmt::format("pointtype {} pointsize {} linecolor rgb '{}' title {}", mark,
                                         published ? 1.1 : 0.6, colour, quoted(s.name));
  if (s.style == FigureSeries::Style::lines) {
    return fmt::format("$s{} using {} linewidth 1.8 dashtype {} {}", number,
                       bars ? "1:2:3:4 with yerrorlines" : "1:2 with linespoints",
                       look.colour / kColours.size() + 1, ending);
  }
  return fmt::format("$s{} using {} linewidth 1.4 {}", number,
                     bars ? "1:2:3:4 with yerrorbars" : "1:2 with points", ending);
}

}  // namespace

std::string figure_script(const Figure& f) {
  std::string s = fmt::format(
      "set encoding utf8\nset terminal svg noenhanced size {},{} font 'sans-serif,14' background rgb "
      "'white'\n"
      "set title {}\nset grid linecolor rgb '#DDDDDD' linewidth 0.8\nset border 3 linecolor rgb '#666666'\n"
      "set tics nomirror textcolor rgb '#222222'\n"
      "set key outside right top vertical Left reverse samplen 2.5\n",
      f.width, f.height, quoted(f.title));
  if (!f.x.log && !f.x.min && !f.x.max) s += "set offsets graph 0.04, graph 0.04, 0, 0\n";
  if (f.x.whole) s += "set xtics 1\n";
  s += axis_script('x', f.x) + axis_script('y', f.y) + "set autoscale xfix\n";
  std::string plots;
  std::size_t own = 0;
  for (std::size_t k = 0; k < f.series.size(); ++k) {
    const FigureSeries& series = f.series[k];
    const bool published = series.style == FigureSeries::Style::published;
    const std::size_t look = published && own > 0 ? own - 1 : own;
    if (!published) ++own;  // also one without points: the colours of the others stay
    if (!has_points(f, series)) continue;
    s += data_script(f, series, k);
    plots += (plots.empty() ? "" : ", ") + series_script(series, k, {look, look});
  }
  return s + "plot " + plots + "\n";
}

Result<std::string> draw_svg(const Figure& figure) {
  if (std::none_of(figure.series.begin(), figure.series.end(),
                   [&](const FigureSeries& s) { return has_points(figure, s); })) {
    return run_failed(fmt::format("the figure \"{}\" has nothing to draw", figure.title),
                      "look at the table for runs that failed");
  }
  return run_gnuplot(figure_script(figure));
}

Status check_gnuplot(std::string_view flag) {
  const Result<std::string> ran = run_gnuplot("");
  if (ran) return {};
  return bad_input(fmt::format("{}: {}", flag, ran.error().what),
                   fmt::format("{}, or leave {} away", ran.error().cure, flag));
}

}  // namespace gleaner
