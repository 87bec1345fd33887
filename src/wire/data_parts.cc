#include "wire/data_parts.h"

#include <span>

#include <fmt/format.h>

#include "base/check.h"
#include "wire/fields.h"
#include "wire/segment_header.h"

namespace gleaner {
namespace {

std::uint32_t checksum(std::string_view bytes) { return crc32c(std::as_bytes(std::span(bytes))); }

}  // namespace

std::string encode(const DataRequest& request) {
  FieldWriter out;
  out.varint(request.chunk.value);
  out.varint(request.offset);
  return out.take();
}

Result<DataRequest> decode_data_request(std::string_view bytes) {
  FieldReader in("request of data", bytes);
  DataRequest r;
  r.chunk = ChunkId(in.varint32("the chunk"));
  r.offset = in.varint("the offset");
  if (Status s = in.finish(); !s) return s.error();
  return r;
}

std::string encode(const DataPart& part) {
  GLEANER_CHECK(part.bytes.size() <= kDataPartBytes, "a part of data that is too large");
  FieldWriter out;
  out.varint(part.chunk.value);
  out.varint(part.offset);
  out.varint(part.size);
  out.varint(part.bytes.size());
  out.raw(part.bytes);
  out.fixed(checksum(out.bytes()));
  return out.take();
}

Result<DataPart> decode_data_part(std::string_view bytes) {
  FieldReader in("part of data", bytes);
  DataPart p;
  p.chunk = ChunkId(in.varint32("the chunk"));
  p.offset = in.varint("the offset");
  p.size = in.varint("the size of the chunk");
  const std::size_t count = in.count("the number of bytes", kDataPartBytes);
  const std::string_view data = in.take("the bytes", count);
  const std::size_t guarded = bytes.size() - in.left();
  const auto crc = in.fixed<std::uint32_t>("the checksum");
  if (in.ok() && crc != checksum(bytes.substr(0, guarded))) in.refuse("the checksum", "does not fit");
  if (in.ok() && (p.offset > p.size || count > p.size - p.offset))
    in.refuse("the bytes", fmt::format("go beyond the {} bytes of the chunk", p.size));
  if (in.ok() && count == 0 && p.offset != p.size) in.refuse("the bytes", "are none, but more must follow");
  if (Status s = in.finish(); !s) return s.error();
  p.bytes = data;
  return p;
}

}  // namespace gleaner
