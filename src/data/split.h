// From a data set to what a run needs: a training set, a test set, and chunks.
#pragma once

#include <cstddef>
#include <vector>

#include "base/range.h"
#include "base/result.h"
#include "data/load.h"

namespace gleaner {

/// The LAST `fraction` of the rows (rounded to whole rows) are the test set: 0.2 of 10,000 trains on the
/// first 8,000. Both keep the features and classes of the whole. Errors: fraction outside [0, 1), or no row
/// left to train on.
[[nodiscard]] Result<TrainTest> split_tail(const Dataset& whole, double fraction);

/// The rows 0..rows-1 cut into `chunks` nearly equal ranges (part_of). Errors: no chunks; fewer rows than
/// chunks.
[[nodiscard]] Result<std::vector<IndexRange>> chunk_ranges(std::size_t rows, std::size_t chunks);

/// Appends the rows `rows` of `from`. REQUIRES: `to` is empty (Dataset{}) or has the features and classes of
/// `from`, and both are dense or both sparse.
void append_rows(const Dataset& from, IndexRange rows, Dataset& to);

}  // namespace gleaner
