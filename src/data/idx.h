// The IDX format of the MNIST digits.
#pragma once

#include "data/array_file.h"

namespace gleaner {

enum class ArrayUse : std::uint8_t { features, labels };

/// Reads the header of an IDX file of unsigned bytes: bytes 0 0 8 D, then D sizes as big-endian 32-bit
/// numbers; D = 2..4 for features (the product of all sizes but the first is p), 1 for labels. Then follow
/// the elements, and nothing else. Features are scaled to byte / 255 in [0, 1]. Errors name the file, the
/// offset and what was expected there.
[[nodiscard]] Result<ArrayLayout> read_idx_header(ByteSource& source, ArrayUse use);

}  // namespace gleaner
