// The bridge from data sets to objectives, which do not know each other.
#pragma once

#include "data/dataset.h"
#include "objective/samples.h"

namespace gleaner {

/// A view of the data set as an objective wants it. Non-owning: `data` must outlive it, and stay where it is.
[[nodiscard]] Samples samples_of(const Dataset& data);
Samples samples_of(Dataset&&) = delete;

}  // namespace gleaner
