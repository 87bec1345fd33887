// From files to data sets: the entry to the readers.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>

#include "base/result.h"
#include "data/dataset.h"
#include "data/format.h"

namespace gleaner {

/// Where a data set comes from, and how it is to be read.
struct DataSpec {
  DataFormat format = DataFormat::automatic;  ///< automatic: detect_format()
  std::filesystem::path data{};               ///< images or features, or samples with their labels
  std::filesystem::path labels{};             ///< idx and npy only
  std::size_t features_min = 0;               ///< libsvm: at least so many features (up to 2^26)
  std::size_t classes = 0;                    ///< expected number, 0: any; see LabelColumn
  std::string label_column{};                 ///< csv only; see CsvOptions
  bool targets = false;                       ///< regression: labels become Dataset::targets
  /// Of the training set, for a file that must be like it: as many features (a libsvm file may name fewer),
  /// the same classes, the same columns. Overrules features_min, classes and label_column.
  std::optional<Schema> schema{};
};

/// Reads the whole of a data set. Errors name the file and its line or byte, and what was expected there:
/// what is malformed, labels that LabelColumn refuses, samples that do not fit the schema, a labels file that
/// is missing or has no place in the format.
[[nodiscard]] Result<Dataset> load_dataset(const DataSpec& spec);

struct TrainTest {
  Dataset train;
  Dataset test;  ///< has no rows if nothing is tested
};

/// Loads a training set, and a test set by its schema. The files may have different formats. `load` reads one
/// of them.
[[nodiscard]] Result<TrainTest> load_train_test(const DataSpec& train, DataSpec test,
                                                Result<Dataset> (*load)(const DataSpec&) = load_dataset);

}  // namespace gleaner
