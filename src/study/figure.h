// A figure as data, drawn by the program gnuplot.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace gleaner {

/// One axis. Texts of a figure are plain text: whatever stands in them is shown as it is.
struct FigureAxis {
  std::string label;   ///< with its unit: "time of a round [s]"
  bool whole = false;  ///< ticks at whole numbers only (x)
  bool log = false;    ///< points that are not above 0 are then left out
  std::optional<double> min;
  std::optional<double> max;
  /// Names at positions, in place of numbers: for rows that are no quantity.
  std::vector<std::pair<double, std::string>> names;
};

/// A point; low and high, where both are known, are the ends of its error bar (y direction).
struct FigurePoint {
  double x = 0;
  double y = 0;  ///< points with an x or y that is not finite are left out
  std::optional<double> low = std::nullopt;
  std::optional<double> high = std::nullopt;
};

struct FigureSeries {
  enum class Style {
    lines,     ///< a line with a mark at each point
    marks,     ///< marks alone: results of our own that no line may join
    published  ///< hollow marks in the colour of the series before: somebody else's numbers beside ours
  };
  std::string name;
  std::vector<FigurePoint> points;
  Style style = Style::lines;
};

struct Figure {
  std::string title;
  FigureAxis x;
  FigureAxis y;
  std::vector<FigureSeries> series;  ///< colours and marks follow this order, the same in every figure
  unsigned width = 760;              ///< pixels
  unsigned height = 460;
};

/// What gnuplot is told: terminal, axes, data. Exposed for tests.
[[nodiscard]] std::string figure_script(const Figure& figure);

/// The figure as one SVG document. Runs `gnuplot` from PATH without a shell, the script on its standard
/// input. Errors: gnuplot is not installed (the error names the Debian package), nothing to draw, gnuplot's
/// own complaint.
[[nodiscard]] Result<std::string> draw_svg(const Figure& figure);

/// Whether figures can be drawn: to be asked before a long study. Errors as draw_svg().
[[nodiscard]] Status check_gnuplot(std::string_view flag);

}  // namespace gleaner
