// numpy's .npy format, for float32 arrays.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace gleaner {

/// Format 1.0: magic, version, length of the header, a Python dictionary padded with blanks to a multiple of
/// 64 bytes; the numbers follow it. numpy writes the same bytes.
[[nodiscard]] std::string npy_header(const std::vector<std::size_t>& shape);

/// One array; `numbers` is a view of float32 little-endian, C order, as many as the shape says.
struct NpyArray {
  std::vector<std::size_t> shape;
  std::string_view numbers;
};

/// Reads formats 1.0 to 3.0 as numpy writes them. Errors are predicates ("has the type '<f8', expected
/// '<f4'") for the caller to put a name before.
[[nodiscard]] Result<NpyArray> parse_npy(std::string_view bytes);

}  // namespace gleaner
