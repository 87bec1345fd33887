// The rows of a chunk, from a server or from a file. An input is one byte for each of rows, features and
// classes as they were announced, then the bytes.
#include "data/chunk_bytes.h"
#include "fuzz/fuzz_target.h"

namespace gleaner {

GLEANER_FUZZ_TARGET(chunk_bytes) {
  if (bytes.size() < 3) return;
  const auto number = [&](std::size_t k) { return std::uint64_t{static_cast<unsigned char>(bytes[k])}; };
  const ChunkShape shape{number(0), number(1), number(2)};
  bytes.remove_prefix(3);
  const auto rows = read_chunk(bytes, shape, "chunk");
  if (!rows) return;
  fuzz::expect(rows.value().rows == shape.rows, "as many rows as announced");
  fuzz::expect(chunk_bytes(rows.value(), {0, rows.value().rows}) == bytes, "one spelling");
}

}  // namespace gleaner
