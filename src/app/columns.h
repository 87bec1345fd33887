// Tables for people.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace gleaner {

/// The first line is the header; all lines are equally long. "-": nobody measured that.
using TableLines = std::vector<std::vector<std::string>>;

/// Whether nobody measured what stands in this column.
[[nodiscard]] bool column_is_empty(const TableLines& lines, std::size_t column);

/// The first columns as text to the left, the others as numbers to the right; empty columns are left out.
/// Ends with a line end.
[[nodiscard]] std::string lined_up(const TableLines& lines, std::size_t left_columns);

}  // namespace gleaner
