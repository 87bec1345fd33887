// From files to what a run needs: a training set, a test set, and chunks.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string_view>
#include <vector>

#include "base/range.h"
#include "base/result.h"
#include "data/dataset.h"

namespace gleaner {

struct TrainTest {
  Dataset train;
  Dataset test;  ///< has no rows if nothing is tested
};

/// The LAST `fraction` of the rows (rounded to whole rows) are the test set: 0.2 of 10,000 trains on the
/// first 8,000. Both keep the features and classes of the whole. Errors: fraction outside [0, 1), or no row
/// left to train on.
[[nodiscard]] Result<TrainTest> split_tail(const Dataset& whole, double fraction);

/// The rows 0..rows-1 cut into `chunks` nearly equal ranges (part_of). Errors: no chunks; fewer rows than
/// chunks.
[[nodiscard]] Result<std::vector<IndexRange>> chunk_ranges(std::size_t rows, std::size_t chunks);

/// Makes the data set have `features` features and `classes` classes; the new features are 0 in every row.
/// REQUIRES: neither gets smaller.
void widen(Dataset& data, std::size_t features, std::size_t classes);

enum class DataFormat : std::uint8_t { automatic, idx, libsvm };
/// "auto", "idx" or "libsvm"; the error suggests these.
[[nodiscard]] Result<DataFormat> parse_data_format(std::string_view name);

/// Where a data set comes from.
struct DataSpec {
  DataFormat format = DataFormat::automatic;  ///< automatic: by content
  std::filesystem::path data{};               ///< images, or samples with their labels
  std::filesystem::path labels{};             ///< idx only
  std::size_t min_features = 0;               ///< libsvm: at least so many features
  std::optional<LabelRule> label_rule{};      ///< libsvm: see LibsvmOptions
};

[[nodiscard]] Result<Dataset> load_dataset(const DataSpec& spec);

/// Loads a training set and a test set of the same problem: read with the same label rule, and both widened
/// to the larger number of features and classes. Errors: those of load_dataset; one set images of another
/// size than the other.
[[nodiscard]] Result<TrainTest> load_train_test(const DataSpec& train, DataSpec test);

}  // namespace gleaner
