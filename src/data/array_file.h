// Arrays of numbers in binary files: the common part of IDX and NPY.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string_view>
#include <vector>

#include "base/range.h"
#include "base/result.h"
#include "data/byte_source.h"

namespace gleaner {

/// How one element is stored; numbers of several bytes are little-endian.
enum class ElementType : std::uint8_t { u8, bool8, i32, i64, f32, f64 };
[[nodiscard]] std::size_t bytes_of(ElementType type);

/// What the header of an array file says. Value type.
struct ArrayLayout {
  std::uint64_t offset = 0;  ///< of the first element in the content
  ElementType type = ElementType::u8;
  std::vector<std::uint64_t> sizes;  ///< at least one; sizes[0] is the number of rows
  bool column_major = false;         ///< only with at most two sizes
  float divisor = 1;                 ///< elements are divided by it

  [[nodiscard]] std::size_t rows() const { return sizes.empty() ? 0 : sizes[0]; }
  /// Elements per row. REQUIRES: check_length() was satisfied.
  [[nodiscard]] std::size_t row_elements() const;
  bool operator==(const ArrayLayout&) const = default;
};

/// "PATH: at byte OFFSET: PROBLEM".
[[nodiscard]] Error malformed_at(const std::filesystem::path& path, std::uint64_t offset,
                                 std::string_view problem, std::string_view cure);

/// Whether the file can have as many bytes as its header promises: exactly, where it is plain. To be asked
/// before memory is taken.
Status check_length(const ByteSource& source, const ArrayLayout& layout);
/// Whether the content ends where the header says; reads a gzip file through.
Status check_end(ByteSource& source, const ArrayLayout& layout);

/// The elements of the rows `rows` in row-major order. Reading all rows checks the end of the content too.
/// Memory grows with what is really there. REQUIRES: check_length() was satisfied; rows within the array.
[[nodiscard]] Result<std::vector<float>> read_floats(ByteSource& source, const ArrayLayout& layout,
                                                     IndexRange rows);
/// The same in double precision.
[[nodiscard]] Result<std::vector<double>> read_doubles(ByteSource& source, const ArrayLayout& layout,
                                                       IndexRange rows);

}  // namespace gleaner
