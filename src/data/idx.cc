#include "data/idx.h"

#include <fmt/format.h>

#include <array>
#include <cstdint>

namespace gleaner {
namespace {

constexpr const char* kCure = "give an unbroken IDX file of unsigned bytes, plain or gzip";

std::uint8_t byte_of(char c) { return static_cast<std::uint8_t>(c); }

}  // namespace

Result<ArrayLayout> read_idx_header(ByteSource& source, ArrayUse use) {
  std::array<char, 4> magic{};
  const Result<std::size_t> got = source.read(magic.data(), magic.size());
  if (!got) return got.error();
  if (got.value() < magic.size())
    return malformed_at(source.path(), got.value(), "the file ends within its first 4 bytes", kCure);
  const std::size_t dims = byte_of(magic[3]);
  const bool bytes = magic[0] == 0 && magic[1] == 0 && magic[2] == 8;
  if (!bytes || (use == ArrayUse::labels ? dims != 1 : dims < 2 || dims > 4))
    return malformed_at(source.path(), 0,
                        fmt::format("found {:02x} {:02x} {:02x} {:02x}, expected 00 00 08 {}",
                                    byte_of(magic[0]), byte_of(magic[1]), byte_of(magic[2]), dims,
                                    use == ArrayUse::labels ? "01 for labels" : "02..04 for images"),
                        kCure);
  ArrayLayout layout;
  layout.offset = 4 + 4 * dims;
  layout.divisor = use == ArrayUse::labels ? 1.0F : 255.0F;
  std::array<char, 16> sizes{};
  const Result<std::size_t> header = source.read(sizes.data(), 4 * dims);
  if (!header) return header.error();
  if (header.value() < 4 * dims)
    return malformed_at(source.path(), 4 + header.value(), "the file ends within its header", kCure);
  for (std::size_t d = 0; d < dims; ++d) {
    std::uint64_t size = 0;
    for (std::size_t b = 0; b < 4; ++b) size = size * 256 + byte_of(sizes[4 * d + b]);
    layout.sizes.push_back(size);
  }
  return layout;
}

}  // namespace gleaner
