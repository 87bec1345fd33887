// A labelled data set in memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace gleaner {

/// What all files of one problem share. A training file defines it; a test file and a worker's rows of a
/// training file are read by it. Value type.
struct Schema {
  std::size_t features = 0;
  std::vector<std::string> class_names{};     ///< label of class c; empty: regression
  std::vector<std::string> feature_names{};   ///< CSV with a header; else empty
  std::optional<std::size_t> label_column{};  ///< CSV: the column of the label, counted from 0

  bool operator==(const Schema&) const = default;
};

/// n rows of p features and a class number (classification) or a target (regression) each. Value type.
///
/// Dense: `dense` is n x p row-major and `offsets` is empty. Sparse (CSR): row i has the columns
/// columns[offsets[i]..offsets[i+1]), ascending and below p, with the `values`; `dense` is empty.
struct Dataset {
  std::size_t rows = 0;
  std::size_t features = 0;
  std::vector<float> dense;
  std::vector<std::uint64_t> offsets;  ///< n + 1
  std::vector<std::uint32_t> columns;
  std::vector<float> values;
  std::vector<float> labels;             ///< n whole numbers in 0..classes-1; regression: empty
  std::vector<float> targets;            ///< n finite numbers; classification: empty
  std::size_t classes = 0;               ///< at least 2; regression: 0
  std::vector<std::string> class_names;  ///< as many as classes, as written in the file
  std::vector<std::string> feature_names;
  std::optional<std::size_t> label_column;
  std::string name;  ///< for people: the file name without folders

  [[nodiscard]] bool is_sparse() const { return !offsets.empty(); }
  [[nodiscard]] Schema schema() const { return {features, class_names, feature_names, label_column}; }
  bool operator==(const Dataset&) const = default;
};

}  // namespace gleaner
