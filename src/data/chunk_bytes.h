// The rows of one chunk as bytes, and back: how data are kept in files and sent to workers (docs/data.md).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/range.h"
#include "base/result.h"
#include "data/dataset.h"

namespace gleaner {

/// Version of the layout; the only one that this build reads.
inline constexpr std::uint32_t kChunkVersion = 1;

/// The canonical bytes of some rows: the same rows give the same bytes, whatever stands around them, on every
/// machine. A view: nothing is copied before it is asked for. `data` must outlive it. Safe from any thread.
///
///   48 bytes   "GLNCHUNK", u32 version, u8 sparse, u8 regression, u16 0, u64 rows, features, classes,
///   entries labels     rows x f32: class numbers, or the targets of a regression (classes 0) dense      rows
///   x features x f32 (entries is 0) sparse     (rows + 1) x u64 row offsets from 0 to entries, entries x u32
///   columns, entries x f32 values
///
/// All little-endian.
class ChunkBytes {
 public:
  /// REQUIRES: `rows` lie within `data`.
  ChunkBytes(const Dataset& data, IndexRange rows);

  [[nodiscard]] std::uint64_t size() const { return size_; }
  /// The bytes from `offset` on, as many as fit into `to`; returns their number, 0 at the end.
  std::size_t copy(std::uint64_t offset, std::span<char> to) const;

 private:
  /// Some of the bytes, one after the other. Without a source they are the row offsets, made on the way.
  struct Piece {
    const char* source = nullptr;
    std::uint64_t bytes = 0;
  };
  static constexpr std::size_t kPieces = 5;
  [[nodiscard]] std::array<Piece, kPieces> pieces() const;
  void copy_offsets(std::uint64_t at, std::span<char> to) const;

  const Dataset* data_;
  IndexRange rows_;
  std::string header_;
  std::uint64_t size_ = 0;
};

/// All of them at once.
[[nodiscard]] std::string chunk_bytes(const Dataset& data, IndexRange rows);

/// What a chunk must be, as it was announced.
struct ChunkShape {
  std::uint64_t rows = 0;
  std::uint64_t features = 0;
  std::uint64_t classes = 0;  ///< 0: regression
};

/// The rows that ChunkBytes wrote. Nothing is believed: not the sizes, not that columns ascend and lie below
/// the features, that labels are classes and all numbers finite. Memory is taken for what the bytes hold
/// only. Errors begin with `name` ("chunk 3 of FILE") and say what was expected.
[[nodiscard]] Result<Dataset> read_chunk(std::string_view bytes, const ChunkShape& shape,
                                         std::string_view name);

}  // namespace gleaner
