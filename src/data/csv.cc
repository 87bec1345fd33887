#include "data/csv.h"

#include <fmt/format.h>

#include <cmath>

#include "data/number.h"

namespace gleaner {

Dataset Csv::start() const {
  Dataset data;
  data.features = layout_.columns - 1;
  data.feature_names = layout_.feature_names;
  data.label_column = layout_.label_column;
  return data;
}

std::string_view Csv::row_of(std::string_view text, std::uint64_t line) const {
  const bool blank = text.find_first_not_of(" \t") == std::string_view::npos;
  return blank || line <= layout_.header_line ? std::string_view() : text;
}

Error Csv::open_quote(std::uint64_t line) const {
  return bad_input(
      fmt::format("{}: found a quoted field that does not end where a separator or the line's end follows",
                  at(line).text()),
      "close the quotes on the same line, and write a quote within them as \"\"");
}

Error Csv::wrong_columns(std::string_view row, std::uint64_t line) const {
  const auto fields = csv_fields(row, layout_.separator);
  if (!fields) return open_quote(line);
  return bad_input(fmt::format("{}: found {} columns, expected {} as in line {}", at(line).text(),
                               fields->size(), layout_.columns, layout_.first_line),
                   "give every row the same columns");
}

Error Csv::no_number(std::string_view field, std::size_t column, std::uint64_t line) const {
  const std::string name = layout_.column_text(column);
  const auto error = [&](std::string_view what, std::string cure) {
    return bad_input(fmt::format("{}: column {} {}", at(line).text(), name, what), std::move(cure));
  };
  if (means_missing(field))
    return error(fmt::format("has no value (found {}), expected a number", shown(field)),
                 "fill in missing values, or leave the row or the column away");
  if (const std::optional<double> number = parse_whole<double>(field))
    return error(fmt::format("has {}, expected a finite number of single precision", shown(field)),
                 "repair the value, or scale the column");
  if (field.find(',') != std::string_view::npos)
    return error(fmt::format("has {}, expected a number", shown(field)),
                 "write a decimal point, and nothing between thousands");
  return error(
      fmt::format("has {}, expected a number", shown(field)),
      fmt::format("turn its categories into numbers (one column of 0 and 1 for each), or leave the column "
                  "away; if it holds the labels, give --label-column {}",
                  layout_.feature_names.empty() ? std::to_string(column) : name));
}

// A field that is no bare number: quoted, with a '+', very small, or wrong.
Status Csv::read_field(CsvCursor& cursor, std::size_t column, std::uint64_t line, float& value) const {
  const std::optional<std::string_view> field = cursor.next();
  if (!field) return open_quote(line);
  const std::optional<float> number = parse_float(*field);
  if (!number) return no_number(*field, column, line);
  value = *number;
  return {};
}

Status Csv::read_row(std::string_view row, std::uint64_t line, Dataset& data, LabelColumn& labels) {
  const std::size_t start = data.dense.size();
  data.dense.resize(start + layout_.columns - 1);
  float* out = data.dense.data() + start;
  CsvCursor cursor(row, layout_.separator);
  for (std::size_t column = 0; column < layout_.columns; ++column) {
    if (!cursor.more()) return wrong_columns(row, line);
    if (column == layout_.label_column) {
      if (Status label = read_label(cursor, row, line, labels); !label) return label;
      continue;
    }
    float& value = *out++;
    if (cursor.next_number(value)) continue;
    if (Status read = read_field(cursor, column, line, value); !read)
      return explain(row, line, std::move(read));
  }
  if (cursor.more()) return wrong_columns(row, line);
  return {};
}

// A row with a field too many or too few has its values in the wrong columns: that is the error to tell.
Status Csv::explain(std::string_view row, std::uint64_t line, Status wrong) const {
  const auto fields = csv_fields(row, layout_.separator);
  if (fields && fields->size() != layout_.columns) return wrong_columns(row, line);
  return wrong;
}

Status Csv::read_label(CsvCursor& cursor, std::string_view row, std::uint64_t line,
                       LabelColumn& labels) const {
  const std::optional<std::string_view> label = cursor.next();
  if (!label) return open_quote(line);
  Status added = labels.add(*label, line);
  return added ? added : explain(row, line, std::move(added));
}

Status Csv::skim_row(std::string_view row, std::uint64_t line, Dataset&, LabelColumn& labels) {
  CsvCursor cursor(row, layout_.separator);
  for (std::size_t column = 0; cursor.more(); ++column) {
    const std::optional<std::string_view> field = cursor.next();
    if (!field) return open_quote(line);
    if (column != layout_.label_column) continue;
    Status added = labels.add(*field, line);
    return added ? added : explain(row, line, std::move(added));
  }
  return wrong_columns(row, line);
}

}  // namespace gleaner
