// How the data of a chunk travel: asked for from a byte on, sent in parts.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/ids.h"
#include "base/result.h"

namespace gleaner {

/// worker -> server: this chunk, from this byte on (so that an interrupted transfer goes on).
struct DataRequest {
  ChunkId chunk;
  std::uint64_t offset = 0;
  bool operator==(const DataRequest&) const = default;
};
/// server -> worker: a part of it, at most kDataPartBytes; an empty one with `offset` = `size` ends the
/// chunk.
struct DataPart {
  ChunkId chunk;
  std::uint64_t offset = 0;
  std::uint64_t size = 0;  ///< bytes of the whole chunk
  std::string bytes;       ///< guarded by a CRC-32C on the wire
  bool operator==(const DataPart&) const = default;
};
inline constexpr std::size_t kDataPartBytes = std::size_t{1} << 20;

[[nodiscard]] std::string encode(const DataRequest& request);
[[nodiscard]] Result<DataRequest> decode_data_request(std::string_view bytes);
[[nodiscard]] std::string encode(const DataPart& part);
/// Errors: as codec.h says; a checksum that does not fit.
[[nodiscard]] Result<DataPart> decode_data_part(std::string_view bytes);

}  // namespace gleaner
