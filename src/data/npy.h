// The NPY format: one array of numpy.
#pragma once

#include "data/idx.h"

namespace gleaner {

/// Reads the header of an NPY file of version 1 to 3:
///
///     93 'N' 'U' 'M' 'P' 'Y' MAJOR MINOR, the length of the rest (2 bytes little-endian; from version 2 on
///     4),
///     {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }
///
/// Elements are <f4 <f8 |u1 |b1 <i4 <i8, taken as they are. Features: two or more sizes, all but the first
/// flattened; labels: one, or (n, 1). Fortran order is read with at most two sizes.
/// Errors name the file, the offset and what was expected there.
[[nodiscard]] Result<ArrayLayout> read_npy_header(ByteSource& source, ArrayUse use);

}  // namespace gleaner
