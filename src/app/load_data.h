// From flags to training and test data.
#pragma once

#include "app/options.h"
#include "base/result.h"
#include "data/split.h"

namespace gleaner {

/// Reads the files that the flags name, or makes the built-in data. Errors name the flag or the file.
[[nodiscard]] Result<TrainTest> load_data(const TrainOptions& options);

}  // namespace gleaner
