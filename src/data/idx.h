// The IDX format of the MNIST digits.
#pragma once

#include <filesystem>

#include "base/result.h"
#include "data/dataset.h"

namespace gleaner {

/// Reads images and their labels, plain or gzip (told apart by content). Dense; pixels are scaled to byte /
/// 255 in [0, 1]; classes = largest label + 1, at least 2.
///
/// Format: bytes 0 0 8 D, then D sizes as big-endian 32-bit numbers, then bytes; D = 2..4 for images (the
/// product of all sizes but the first is p), 1 for labels. Nothing may follow.
/// Errors name the file, the offset and what was expected there. Memory stays within a multiple of what the
/// files really contain: a size that a header claims is never trusted.
[[nodiscard]] Result<Dataset> read_idx(const std::filesystem::path& images,
                                       const std::filesystem::path& labels);

}  // namespace gleaner
