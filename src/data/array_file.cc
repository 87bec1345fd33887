#include "data/array_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <string>

namespace gleaner {
namespace {

static_assert(std::endian::native == std::endian::little, "elements are copied as they stand in the file");

constexpr std::size_t kPiece = std::size_t{1} << 18;  // elements
constexpr const char* kUnbroken = "give an unbroken file whose length fits its header";

// The product of the sizes, or more than `most` without overflowing.
std::uint64_t product_up_to(const std::vector<std::uint64_t>& sizes, std::uint64_t most) {
  if (std::find(sizes.begin(), sizes.end(), std::uint64_t{0}) != sizes.end()) return 0;
  std::uint64_t product = 1;
  for (const std::uint64_t size : sizes) {
    if (size > most / product) return most + 1;
    product *= size;
  }
  return product;
}

std::uint64_t elements_of(const ArrayLayout& layout) { return layout.rows() * layout.row_elements(); }

Error wrong_length(const ByteSource& source, const ArrayLayout& layout, std::uint64_t have,
                   std::string_view promised) {
  return malformed_at(source.path(), layout.offset + have,
                      fmt::format("found {} bytes of data, but the header promises {}", have, promised),
                      kUnbroken);
}

template <class T, class Stored>
void convert(const std::string& bytes, std::size_t count, std::vector<T>& out) {
  const std::size_t have = out.size();
  out.resize(have + count);
  for (std::size_t i = 0; i < count; ++i) {
    Stored value{};
    std::memcpy(&value, bytes.data() + i * sizeof(Stored), sizeof(Stored));
    out[have + i] = static_cast<T>(value);
  }
}

template <class T>
void append(const std::string& bytes, ElementType type, std::size_t count, std::vector<T>& out) {
  switch (type) {
    case ElementType::u8:
    case ElementType::bool8: return convert<T, std::uint8_t>(bytes, count, out);
    case ElementType::i32: return convert<T, std::int32_t>(bytes, count, out);
    case ElementType::i64: return convert<T, std::int64_t>(bytes, count, out);
    case ElementType::f32: return convert<T, float>(bytes, count, out);
    case ElementType::f64: return convert<T, double>(bytes, count, out);
  }
}

// Reads elements first..first+count-1 in the order of the file.
template <class T>
Status read_stretch(ByteSource& source, const ArrayLayout& layout, std::uint64_t first, std::uint64_t count,
                    std::vector<T>& out) {
  const std::size_t width = bytes_of(layout.type);
  if (Status moved = source.seek(layout.offset + first * width); !moved) return moved;
  std::string piece(static_cast<std::size_t>(std::min<std::uint64_t>(kPiece, count)) * width, '\0');
  for (std::uint64_t done = 0; done < count;) {
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(kPiece, count - done));
    const Result<std::size_t> got = source.read(piece.data(), wanted * width);
    if (!got) return got.error();
    if (got.value() < wanted * width)
      return wrong_length(source, layout, (first + done) * width + got.value(), "more");
    append(piece, layout.type, wanted, out);
    done += wanted;
  }
  return {};
}

// Column by column to row by row, in tiles that stay in the cache.
template <class T>
std::vector<T> transposed(const std::vector<T>& columns, std::size_t rows, std::size_t width) {
  constexpr std::size_t kTile = 32;
  std::vector<T> out(columns.size());
  for (std::size_t i0 = 0; i0 < rows; i0 += kTile)
    for (std::size_t j0 = 0; j0 < width; j0 += kTile)
      for (std::size_t i = i0; i < std::min(i0 + kTile, rows); ++i)
        for (std::size_t j = j0; j < std::min(j0 + kTile, width); ++j)
          out[i * width + j] = columns[j * rows + i];
  return out;
}

template <class T>
Result<std::vector<T>> read_elements(ByteSource& source, const ArrayLayout& layout, IndexRange rows) {
  const std::size_t width = layout.row_elements();
  std::vector<T> out;
  if (!source.is_gzip()) out.reserve(rows.size() * width);
  if (!layout.column_major) {
    if (Status read = read_stretch(source, layout, rows.first * width, rows.size() * width, out); !read)
      return read.error();
  } else {
    for (std::size_t j = 0; j < width; ++j) {
      if (Status read = read_stretch(source, layout, j * layout.rows() + rows.first, rows.size(), out); !read)
        return read.error();
    }
    out = transposed(out, rows.size(), width);
  }
  if (layout.divisor != 1) {
    for (T& value : out) value /= static_cast<T>(layout.divisor);
  }
  if (!source.is_gzip() || rows.size() != layout.rows()) return out;
  char more = 0;
  const Result<std::size_t> behind = source.read(&more, 1);
  if (!behind) return behind.error();
  const std::uint64_t promised = elements_of(layout) * bytes_of(layout.type);
  if (behind.value() > 0) return wrong_length(source, layout, promised + 1, std::to_string(promised));
  return out;
}

}  // namespace

std::size_t bytes_of(ElementType type) {
  switch (type) {
    case ElementType::u8:
    case ElementType::bool8: return 1;
    case ElementType::i32:
    case ElementType::f32: return 4;
    case ElementType::i64:
    case ElementType::f64: return 8;
  }
  return 1;
}

std::size_t ArrayLayout::row_elements() const {
  std::size_t product = 1;
  for (std::size_t d = 1; d < sizes.size(); ++d) product *= sizes[d];
  return product;
}

Error malformed_at(const std::filesystem::path& path, std::uint64_t offset, std::string_view problem,
                   std::string_view cure) {
  return bad_input(fmt::format("{}: at byte {}: {}", path.string(), offset, problem), std::string(cure));
}

Status check_length(const ByteSource& source, const ArrayLayout& layout) {
  const std::uint64_t have = source.size_max() - std::min(source.size_max(), layout.offset);
  std::vector<std::uint64_t> sizes = layout.sizes;
  sizes.push_back(bytes_of(layout.type));
  const std::uint64_t claimed = product_up_to(sizes, have);
  if (claimed > have) return wrong_length(source, layout, have, "more");
  if (source.size() && claimed != have) return wrong_length(source, layout, have, std::to_string(claimed));
  return {};
}

Status check_end(ByteSource& source, const ArrayLayout& layout) {
  if (source.size()) return check_length(source, layout);
  const std::uint64_t promised = elements_of(layout) * bytes_of(layout.type);
  if (Status moved = source.seek(layout.offset + promised - 1); !moved) return moved;
  char last[2] = {0, 0};
  const Result<std::size_t> got = source.read(last, 2);
  if (!got) return got.error();
  if (got.value() == 1) return {};
  return malformed_at(source.path(), layout.offset + promised,
                      got.value() == 0 ? "the data end before the header says"
                                       : "the data go on, but the header says that they end here",
                      kUnbroken);
}

Result<std::vector<float>> read_floats(ByteSource& source, const ArrayLayout& layout, IndexRange rows) {
  return read_elements<float>(source, layout, rows);
}

Result<std::vector<double>> read_doubles(ByteSource& source, const ArrayLayout& layout, IndexRange rows) {
  return read_elements<double>(source, layout, rows);
}

}  // namespace gleaner
