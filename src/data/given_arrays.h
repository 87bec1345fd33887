// Arrays that somebody else has read, as a data set.
#pragma once

#include <cstddef>
#include <filesystem>
#include <vector>

#include "base/result.h"
#include "data/dataset.h"
#include "data/load.h"

namespace gleaner {

/// Numbers in row-major order, with the file that they came from, for errors.
struct GivenArray {
  std::filesystem::path path;
  std::vector<std::size_t> shape;  ///< one size or more; their product is values.size()
  std::vector<float> values;
};

/// Samples (n x .., all but the first size flattened) with labels (n, or n x 1), by the rules of `spec`,
/// whose paths and format are not looked at. Errors name the file and the row (from 1): sizes that do not go
/// together or with the schema, a feature that is no finite number, labels that LabelColumn refuses.
[[nodiscard]] Result<Dataset> dataset_of(GivenArray features, const GivenArray& labels, const DataSpec& spec);

}  // namespace gleaner
