// Labels as they stand in a file, and the class numbers or targets that they mean.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "data/dataset.h"
#include "data/place.h"

namespace gleaner {

struct LabelOptions {
  bool targets = false;                    ///< regression: labels are numbers to be met
  std::size_t classes = 0;                 ///< so many are expected; 0: as many as the file has
  std::vector<std::string> class_names{};  ///< of the training set; empty: found out from the file
};

/// A label that stands for "no value" in the tables that people have: empty, ?, NA, N/A, NaN, null, None, in
/// any case of letters.
[[nodiscard]] bool means_missing(std::string_view text);

/// Gathers the labels of a file row by row, then numbers the classes.
///
/// Classification: labels are all whole numbers (1, +1 and 1.0 are the same label) or all words. The
/// different ones, in numeric order or in the order of their bytes, are the classes 0..K-1; their texts are
/// the class names. So -1/1, 0/1, 1..K and words need no setting. With `classes` = K: more than K different
/// labels are refused; with fewer, whole numbers in 0..K-1 are the class numbers themselves, in 1..K one more
/// than that, and -1 and 1 are two classes, so that a class without a sample keeps its place; else they are
/// refused. With `class_names`: the place in that list; another label is refused.
///
/// Errors name the first place (line or byte) that is wrong, or the file. Not thread safe; `path` must
/// outlive the column.
class LabelColumn {
 public:
  LabelColumn(const std::filesystem::path& path, Place::Unit unit, LabelOptions options);

  /// The label of the next row, which stands at `place`. Blanks around it are the caller's to remove.
  Status add(std::string_view text, std::uint64_t place);
  Status add(double value, std::uint64_t place);

  [[nodiscard]] std::size_t rows() const { return options_.targets ? targets_.size() : rows_.size(); }
  /// The class names by the rules above; empty for regression.
  [[nodiscard]] Result<std::vector<std::string>> names() const;
  /// Gives `data` its labels, classes and class names, or its targets.
  Status finish(Dataset& data);

 private:
  struct Label {
    std::string text;
    std::optional<double> number;
    std::uint64_t place;
  };
  struct HashText {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };

  [[nodiscard]] Place at(std::uint64_t place) const { return {path_, unit_, place}; }
  Status add_target(std::optional<float> value, std::string_view text, std::uint64_t place);
  Status add_label(Label label);
  [[nodiscard]] Status check_kinds() const;
  [[nodiscard]] Result<std::vector<std::string>> names_of_numbers() const;
  [[nodiscard]] Result<std::vector<std::string>> names_of_words() const;
  [[nodiscard]] Status check_count(std::size_t different) const;

  const std::filesystem::path& path_;
  Place::Unit unit_;
  LabelOptions options_;
  std::vector<Label> labels_;        // different texts, in the order of their first rows
  std::vector<std::uint32_t> rows_;  // per row: which of labels_
  std::vector<float> targets_;
  std::unordered_map<std::string, std::uint32_t, HashText, std::equal_to<>> by_text_;
  std::unordered_map<double, std::uint32_t> by_number_;
};

}  // namespace gleaner
