// Features and labels in two array files (IDX, NPY).
#pragma once

#include <filesystem>

#include "base/range.h"
#include "data/array_file.h"
#include "data/dataset.h"
#include "data/format.h"
#include "data/label_column.h"

namespace gleaner {

struct ArrayPair {
  ArrayLayout features;
  ArrayLayout labels;
  bool operator==(const ArrayPair&) const = default;
};

/// Where the arrays are. REQUIRES: format is idx or npy.
struct ArrayFiles {
  DataFormat format = DataFormat::idx;
  std::filesystem::path features;
  std::filesystem::path labels;
};

/// Reads both headers and compares them with each other and with the lengths of the files. Errors name the
/// file; they include: no labels file, another number of labels than of samples, no samples, no features.
[[nodiscard]] Result<ArrayPair> read_array_headers(const ArrayFiles& files);

/// Reads the rows `rows` as a dense data set, and the labels by `labels`. Errors name the file and the byte;
/// a feature that is not a finite number is one. REQUIRES: `pair` describes the files; rows within them.
[[nodiscard]] Result<Dataset> read_arrays(const ArrayFiles& files, const ArrayPair& pair, IndexRange rows,
                                          const LabelOptions& labels);

/// The class names of the whole labels file; empty for regression.
[[nodiscard]] Result<std::vector<std::string>> class_names_of(const ArrayFiles& files, const ArrayPair& pair,
                                                              const LabelOptions& labels);

}  // namespace gleaner
