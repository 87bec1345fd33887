// What the server knows of the data that its workers will ask for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "data/chunk_bytes.h"
#include "data/dataset.h"
#include "wire/data_parts.h"
#include "wire/run_setup.h"

namespace gleaner {

/// CRC-32C of the bytes, as a catalogue names it.
[[nodiscard]] std::uint32_t chunk_crc(std::string_view bytes);

/// Goes through the bytes of a chunk in pieces of at most kDataPartBytes, so that the chunk is never in
/// memory twice.
template <class Use>
void for_each_piece(const ChunkBytes& chunk, Use use) {
  std::string buffer(kDataPartBytes, '\0');
  std::uint64_t offset = 0;
  while (const std::size_t got = chunk.copy(offset, buffer)) {
    use(std::string_view(buffer).substr(0, got));
    offset += got;
  }
}

/// The data cut into chunks, each as bytes (ChunkBytes), with the list of them that goes into a RunSetup.
/// Immutable; safe from any thread.
class Catalogue {
 public:
  /// Passes over all the data once, for checksums. `data` must outlive it and stay where it is. Errors: as
  /// chunk_ranges().
  [[nodiscard]] static Result<Catalogue> make(const Dataset& data, std::size_t chunks);

  /// Chunk i lies at entries()[i].offset of a file of all chunks (chunk_file.h).
  [[nodiscard]] const std::vector<ChunkEntry>& entries() const { return entries_; }
  /// 16 hexadecimal digits that follow from the bytes of every chunk, by SHA-256: equal for equal data cut in
  /// the same way, and practically never for others.
  [[nodiscard]] const std::string& digest() const { return digest_; }
  [[nodiscard]] const Dataset& data() const { return *data_; }
  /// REQUIRES: chunk < entries().size().
  [[nodiscard]] const ChunkBytes& chunk(ChunkId chunk) const { return chunks_[chunk.index()]; }

  /// The whole of a chunk. Errors: there is no such chunk.
  [[nodiscard]] Result<std::string> bytes(ChunkId chunk) const;
  /// The part that begins with the byte asked for: at most kDataPartBytes, empty at the end. Errors: there is
  /// no such chunk, or no such byte.
  [[nodiscard]] Result<DataPart> part(const DataRequest& request) const;

 private:
  explicit Catalogue(const Dataset& data) : data_(&data) {}
  [[nodiscard]] Status check(ChunkId chunk) const;

  const Dataset* data_;
  std::vector<ChunkBytes> chunks_;
  std::vector<ChunkEntry> entries_;
  std::string digest_;
};

}  // namespace gleaner
