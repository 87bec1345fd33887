// A labelled data set in memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace gleaner {

/// How the labels of a file became class numbers 0..classes-1. Files of one problem must be read alike, so a
/// test set takes over the rule of its training set.
enum class LabelRule : std::uint8_t {
  as_is,       ///< 0, 1, .., k-1
  minus_plus,  ///< -1 is class 0, +1 is class 1
  from_one,    ///< 1, .., k become 0, .., k-1
};

/// n rows of p features and a class number each. Value type.
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
  std::vector<float> labels;  ///< n whole numbers in 0..classes-1
  std::size_t classes = 0;
  std::string name;  ///< for people: the file name without folders
  LabelRule label_rule = LabelRule::as_is;

  [[nodiscard]] bool is_sparse() const { return !offsets.empty(); }
  bool operator==(const Dataset&) const = default;
};

}  // namespace gleaner
