#include "feed/catalogue.h"

#include <span>
#include <utility>

#include <fmt/format.h>

#include "data/split.h"
#include "feed/chunk_file.h"
#include "training/digest.h"
#include "wire/segment_header.h"

namespace gleaner {
namespace {

constexpr std::size_t kDigestOfDataBytes = 8;

std::uint32_t crc_of(std::string_view bytes, std::uint32_t before) {
  return crc32c(std::as_bytes(std::span(bytes.data(), bytes.size())), before);
}

}  // namespace

std::uint32_t chunk_crc(std::string_view bytes) { return crc_of(bytes, 0); }

Result<Catalogue> Catalogue::make(const Dataset& data, std::size_t chunks) {
  const Result<std::vector<IndexRange>> ranges = chunk_ranges(data.rows, chunks);
  if (!ranges) return ranges.error();
  Catalogue catalogue(data);
  Digest whole;
  std::uint64_t offset = kChunkFileHeaderBytes;
  for (const IndexRange& rows : ranges.value()) {
    const ChunkBytes& chunk = catalogue.chunks_.emplace_back(data, rows);
    ChunkEntry entry{rows.size(), offset, chunk.size(), 0};
    for_each_piece(chunk, [&](std::string_view piece) {
      entry.crc = crc_of(piece, entry.crc);
      whole.add(piece);
    });
    offset += entry.bytes;
    catalogue.entries_.push_back(entry);
  }
  // Every chunk begins with its own size, so that where one ends needs no digits of its own.
  catalogue.digest_ = hex(whole.finish().substr(0, kDigestOfDataBytes));
  return catalogue;
}

Status Catalogue::check(ChunkId chunk) const {
  if (chunk.index() < chunks_.size()) return {};
  return bad_input(fmt::format("there is no chunk {}, only {} of them", chunk.value, chunks_.size()),
                   "ask for a chunk of the plan");
}

Result<std::string> Catalogue::bytes(ChunkId chunk) const {
  if (Status s = check(chunk); !s) return s.error();
  std::string bytes(chunks_[chunk.index()].size(), '\0');
  chunks_[chunk.index()].copy(0, bytes);
  return bytes;
}

Result<DataPart> Catalogue::part(const DataRequest& request) const {
  if (Status s = check(request.chunk); !s) return s.error();
  const ChunkBytes& chunk = chunks_[request.chunk.index()];
  if (request.offset > chunk.size()) {
    return bad_input(fmt::format("chunk {} has {} bytes and no byte {}", request.chunk.value, chunk.size(),
                                 request.offset),
                     "ask for it from its beginning");
  }
  DataPart part{request.chunk, request.offset, chunk.size(), {}};
  part.bytes.resize(std::min<std::uint64_t>(kDataPartBytes, chunk.size() - request.offset));
  chunk.copy(request.offset, part.bytes);
  return part;
}

}  // namespace gleaner
