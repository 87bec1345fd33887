#include "app/columns.h"

#include <algorithm>

#include <fmt/format.h>

namespace gleaner {

bool column_is_empty(const TableLines& lines, std::size_t column) {
  return std::all_of(lines.begin() + 1, lines.end(), [&](const auto& line) { return line[column] == "-"; });
}

std::string lined_up(const TableLines& lines, std::size_t left_columns) {
  std::string text;
  for (const auto& line : lines) {
    text += " ";
    for (std::size_t c = 0; c < line.size(); ++c) {
      if (column_is_empty(lines, c)) continue;
      std::size_t width = 0;
      for (const auto& other : lines) width = std::max(width, other[c].size());
      text +=
          c < left_columns ? fmt::format(" {:<{}}", line[c], width) : fmt::format("  {:>{}}", line[c], width);
    }
    text += "\n";
  }
  return text;
}

}  // namespace gleaner
