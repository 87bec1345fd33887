// How a CSV file is laid out: separator, header, where the label stands.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "data/dataset.h"

namespace gleaner {

struct CsvLayout {
  char separator = ',';
  std::uint64_t header_line = 0;  ///< 0: none; lines up to it have no rows
  std::uint64_t first_line = 1;   ///< the first line that is not blank
  std::size_t columns = 0;        ///< at least 2
  std::size_t label_column = 0;
  std::vector<std::string> feature_names;  ///< columns - 1; empty without a header

  /// For messages: 'age', or without a header 2 (counted from 0).
  [[nodiscard]] std::string column_text(std::size_t column) const;
  bool operator==(const CsvLayout&) const = default;
};

struct CsvOptions {
  /// The name of a column, its number from 0, or "last". Empty: the column named label, class, target or y
  /// (in any case of letters; the last column first, then in this order), otherwise the last one.
  std::string label_column{};
  /// The training set's: a test file has as many columns, its label in the same one, and the same names where
  /// both have a header.
  std::optional<Schema> schema{};
};

/// Looks at the first two lines that are not blank.
///
/// Separator: the one of ',' ';' tab that cuts the first line into most fields, if it cuts the second line
/// into as many; of equals the one that comes first in the list tab, ';', ','.
/// Header: the first line is one if a column other than the label's has a word there, or the label's column
/// has a word above a number, or one of the words label, class, target. A '#' before it, as numpy.savetxt
/// writes, is left away. Errors name file and line: no line, one column, UTF-16, a label column that is not
/// there, columns unlike those of the schema, a first column without a name (row numbers that somebody saved
/// with the data).
[[nodiscard]] Result<CsvLayout> find_csv_layout(const std::filesystem::path& path, const CsvOptions& options);

}  // namespace gleaner
