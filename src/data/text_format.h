// What the readers of text formats have in common: a row is a line.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.h"
#include "data/dataset.h"
#include "data/label_column.h"
#include "data/line_reader.h"

namespace gleaner {

/// One text format, set up for one file. Errors name file and line.
class TextFormat {
 public:
  virtual ~TextFormat() = default;

  /// The part of a line that is a row; empty if there is none. `line` is its number.
  [[nodiscard]] virtual std::string_view row_of(std::string_view text, std::uint64_t line) const = 0;
  /// Appends the row: its features to `data`, its label to `labels`.
  virtual Status read_row(std::string_view row, std::uint64_t line, Dataset& data, LabelColumn& labels) = 0;
  /// Looks at no more of the row than its label, and what `data.features` depends on.
  virtual Status skim_row(std::string_view row, std::uint64_t line, Dataset& data, LabelColumn& labels) = 0;
};

/// Reads all rows that `lines` has to give. Errors: those of the format and of reading; no rows at all.
Status read_text(LineReader& lines, TextFormat& format, Dataset& data, LabelColumn& labels);

/// The error for a file without any row.
[[nodiscard]] Error no_samples(const std::filesystem::path& path);

}  // namespace gleaner
