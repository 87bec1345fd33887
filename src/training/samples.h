// The bridge from data sets to objectives, which do not know each other.
#pragma once

#include <string>

#include "data/dataset.h"
#include "objective/samples.h"

namespace gleaner {

/// A view of the data set as an objective wants it. Non-owning: `data` must outlive it, and stay where it is.
[[nodiscard]] Samples samples_of(const Dataset& data);
Samples samples_of(Dataset&&) = delete;

/// 16 hexadecimal digits that follow from every number of the samples: equal for equal samples, and
/// practically never for others. A resumed run must have the samples that it began with, whatever their file
/// is called.
[[nodiscard]] std::string fingerprint_of(const Samples& samples);

}  // namespace gleaner
