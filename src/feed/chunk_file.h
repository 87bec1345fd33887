// All chunks in one file, for workers that see the same folder as the server.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/ids.h"
#include "base/result.h"
#include "feed/catalogue.h"

namespace gleaner {

/// A header of so many bytes, then the chunks at their offsets:
///   "GLNCHNKS", u32 version 1, u32 0, u64 number of chunks, u64 size of the file, 16 digits of the digest,
///   16 x 0
inline constexpr std::uint64_t kChunkFileHeaderBytes = 64;

/// FOLDER/DIGEST.chunks
[[nodiscard]] std::filesystem::path chunk_file_path(const std::filesystem::path& folder,
                                                    std::string_view digest);

/// Writes that file, whole or not at all, a piece at a time. A file that is there already
/// with just these bytes is left alone. Returns whether it was written. Errors name the file and the
/// system's reason.
[[nodiscard]] Result<bool> write_chunk_file(const std::filesystem::path& folder, const Catalogue& catalogue);

/// The bytes of one chunk of the file `path`, or of the whole of a file that holds one chunk only (offset 0);
/// nothing else is read. Errors name file and chunk: it cannot be read, ends too soon, its checksum does not
/// fit.
[[nodiscard]] Result<std::string> read_chunk_range(const std::filesystem::path& path, ChunkId chunk,
                                                   const ChunkEntry& entry);

}  // namespace gleaner
