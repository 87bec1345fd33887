#include "data/csv_layout.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "data/csv_field.h"
#include "data/label_column.h"
#include "data/line_reader.h"
#include "data/number.h"
#include "data/place.h"
#include "data/text_format.h"

namespace gleaner {
namespace {

using Fields = std::vector<std::string>;

bool is_word(std::string_view field) { return !means_missing(field) && !parse_whole<double>(field); }

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

class Finder {
 public:
  Finder(const std::filesystem::path& path, const CsvOptions& options) : path_(path), options_(options) {}

  [[nodiscard]] Result<CsvLayout> find() {
    if (Status lines = read_lines(); !lines) return lines.error();
    if (Status split = choose_separator(); !split) return split.error();
    const Result<std::optional<std::size_t>> given = given_column();
    if (!given) return given.error();
    const bool header = has_header(given.value().value_or(first_.size() - 1));
    layout_.columns = first_.size();
    layout_.label_column = given.value() ? *given.value() : default_column(header);
    if (header) {
      layout_.header_line = layout_.first_line;
      if (Status named = name_features(); !named) return named.error();
    }
    if (Status fits = check_schema(); !fits) return fits.error();
    return std::move(layout_);
  }

 private:
  Error malformed(std::string_view problem, std::string_view cure) const {
    return bad_input(fmt::format("{}:{}: {}", path_.string(), layout_.first_line, problem),
                     std::string(cure));
  }

  Status read_lines() {
    Result<LineReader> reader = LineReader::open(path_);
    if (!reader) return reader.error();
    while (texts_.size() < 2) {
      const std::optional<std::string_view> line = reader.value().next();
      if (!line) break;
      if (line->find_first_not_of(" \t") == std::string_view::npos) continue;
      if (texts_.empty()) layout_.first_line = reader.value().number();
      texts_.emplace_back(*line);
    }
    if (!reader.value().status()) return reader.value().status();
    if (!texts_.empty() && texts_[0].starts_with('#')) texts_[0].erase(0, texts_[0].find_first_not_of("# "));
    if (texts_.empty()) return no_samples(path_);
    if (texts_[0].starts_with("\xFF\xFE") || texts_[0].starts_with("\xFE\xFF"))
      return malformed("found UTF-16 text, expected UTF-8", "save the file as UTF-8");
    return {};
  }

  Status choose_separator() {
    bool quotes_are_right = false;
    for (const char separator : {'\t', ';', ','}) {
      std::optional<Fields> first = csv_fields(texts_[0], separator);
      if (!first) continue;
      quotes_are_right = true;
      std::optional<Fields> second = texts_.size() > 1 ? csv_fields(texts_[1], separator) : Fields{};
      const bool agrees = texts_.size() < 2 || (second && second->size() == first->size());
      const bool better =
          first_.size() < 2 || (agrees && !agrees_) || (agrees == agrees_ && first->size() > first_.size());
      if (first->size() < 2 || !better) continue;
      layout_.separator = separator;
      agrees_ = agrees;
      first_ = std::move(*first);
      second_ = second ? std::move(*second) : Fields{};
    }
    if (first_.size() > 1) return {};
    if (!quotes_are_right)
      return malformed("found a quoted field without its end", "close the quotes on the same line");
    return malformed("found one column, expected features and a label",
                     "separate the columns by ',' or ';' or a tab, or name the right --format");
  }

  // The column that the schema or the flag gives.
  Result<std::optional<std::size_t>> given_column() const {
    if (options_.schema && options_.schema->label_column)
      return std::optional(std::min(*options_.schema->label_column, first_.size() - 1));
    const std::string& wanted = options_.label_column;
    if (wanted.empty()) return std::optional<std::size_t>();
    const auto found = std::find(first_.begin(), first_.end(), wanted);
    const std::optional<std::size_t> number = parse_whole<std::size_t>(wanted);
    if (number && *number < first_.size()) return std::optional(*number);
    if (number)
      return malformed(fmt::format("found {} columns, expected column {} (counted from 0) to hold the labels",
                                   first_.size(), *number),
                       fmt::format("give --label-column 0..{} or a name", first_.size() - 1));
    if (found == first_.end() && wanted == "last") return std::optional(first_.size() - 1);
    if (found == first_.end())
      return malformed(
          fmt::format("found no column {}", shown(wanted)),
          fmt::format("give --label-column one of: {}", shown(fmt::format("{}", fmt::join(first_, ", ")))));
    if (std::find(found + 1, first_.end(), wanted) != first_.end())
      return malformed(fmt::format("found several columns {}", shown(wanted)),
                       "name the column by its number from 0");
    return std::optional(static_cast<std::size_t>(found - first_.begin()));
  }

  // 0, 1, 2, ..: what tables are given as a header whose columns nobody named.
  bool counts_columns() const {
    for (std::size_t c = 0; c < first_.size(); ++c)
      if (first_[c] != std::to_string(c)) return false;
    return first_.size() >= 3 && first_ != second_;
  }

  bool has_header(std::size_t label) const {
    if (counts_columns()) return true;
    for (std::size_t c = 0; c < first_.size(); ++c)
      if (c != label && is_word(first_[c])) return true;
    if (!is_word(first_[label])) return false;
    if (first_[label] == options_.label_column) return true;
    const std::string name = lower(first_[label]);
    if (name == "label" || name == "class" || name == "target") return true;
    return agrees_ && label < second_.size() && !is_word(second_[label]);
  }

  std::size_t default_column(bool header) const {
    const std::size_t last = first_.size() - 1;
    constexpr std::array<std::string_view, 4> kNames{"label", "class", "target", "y"};
    if (!header || std::find(kNames.begin(), kNames.end(), lower(first_[last])) != kNames.end()) return last;
    for (const std::string_view name : kNames) {
      for (std::size_t c = 0; c < first_.size(); ++c)
        if (lower(first_[c]) == name) return c;
    }
    return last;
  }

  Status name_features() {
    for (std::size_t c = 0; c < first_.size(); ++c)
      if (c != layout_.label_column) layout_.feature_names.push_back(first_[c]);
    if (first_[0].empty() && layout_.label_column != 0)
      return malformed("the first column has no name, as when row numbers were saved with the data",
                       "save the file without row numbers (pandas: index=False), or name the column");
    return {};
  }

  Status check_schema() const {
    if (!options_.schema) return {};
    const Schema& schema = *options_.schema;
    if (schema.features + 1 != first_.size())
      return malformed(
          fmt::format("found {} columns, expected {}: {} features and a label, as in the training set",
                      first_.size(), schema.features + 1, schema.features),
          "give the columns of the training set");
    for (std::size_t f = 0; f < std::min(schema.feature_names.size(), layout_.feature_names.size()); ++f)
      if (schema.feature_names[f] != layout_.feature_names[f])
        return malformed(fmt::format("found the feature {}, expected {}, which the training set has there",
                                     shown(layout_.feature_names[f]), shown(schema.feature_names[f])),
                         "order and name the columns as in the training set");
    return {};
  }

  const std::filesystem::path& path_;
  const CsvOptions& options_;
  CsvLayout layout_;
  std::vector<std::string> texts_;  // the first two lines
  Fields first_;
  Fields second_;
  bool agrees_ = false;  // both lines have as many fields
};

}  // namespace

std::string CsvLayout::column_text(std::size_t column) const {
  if (feature_names.empty() || column == label_column) return fmt::format("{} (counted from 0)", column);
  return shown(feature_names[column < label_column ? column : column - 1]);
}

Result<CsvLayout> find_csv_layout(const std::filesystem::path& path, const CsvOptions& options) {
  return Finder(path, options).find();
}

}  // namespace gleaner
