// Tables as text: CSV and its kin.
#pragma once

#include "data/csv_field.h"
#include "data/csv_layout.h"
#include "data/text_format.h"

namespace gleaner {

/// Rows of numbers and a label, separated by ',' ';' or tab, as dense rows. Fields may be quoted; lines that
/// are blank are skipped. Numbers are written with a decimal point, in every locale. Errors name the column;
/// a missing value, a word among the numbers, and too many or few columns are errors.
class Csv final : public TextFormat {
 public:
  /// `path` must outlive the format.
  Csv(const std::filesystem::path& path, CsvLayout layout) : path_(path), layout_(std::move(layout)) {}

  /// A data set without rows.
  [[nodiscard]] Dataset start() const;
  [[nodiscard]] std::string_view row_of(std::string_view text, std::uint64_t line) const override;
  Status read_row(std::string_view row, std::uint64_t line, Dataset& data, LabelColumn& labels) override;
  Status skim_row(std::string_view row, std::uint64_t line, Dataset& data, LabelColumn& labels) override;

 private:
  [[nodiscard]] Place at(std::uint64_t line) const { return {path_, Place::Unit::line, line}; }
  [[nodiscard]] Error open_quote(std::uint64_t line) const;
  [[nodiscard]] Error wrong_columns(std::string_view row, std::uint64_t line) const;
  [[nodiscard]] Error no_number(std::string_view field, std::size_t column, std::uint64_t line) const;
  [[nodiscard]] Status explain(std::string_view row, std::uint64_t line, Status wrong) const;
  Status read_label(CsvCursor& cursor, std::string_view row, std::uint64_t line, LabelColumn& labels) const;
  Status read_field(CsvCursor& cursor, std::size_t column, std::uint64_t line, float& value) const;

  const std::filesystem::path& path_;
  CsvLayout layout_;
};

}  // namespace gleaner
