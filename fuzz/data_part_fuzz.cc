// Requests and parts of data: as they come, and with a checksum that fits.
#include <cstring>
#include <span>
#include <string>

#include "fuzz/fuzz_target.h"
#include "wire/data_parts.h"
#include "wire/segment_header.h"

namespace gleaner {
namespace {

void look_at(std::string_view bytes) {
  if (const auto part = decode_data_part(bytes); part)
    fuzz::expect(encode(part.value()) == bytes, "one spelling of a part");
}

}  // namespace

GLEANER_FUZZ_TARGET(data_part) {
  if (const auto request = decode_data_request(bytes); request)
    fuzz::expect(encode(request.value()) == bytes, "one spelling of a request");
  look_at(bytes);
  std::string mended(bytes);
  const std::uint32_t crc = crc32c(std::as_bytes(std::span(mended)));
  mended.append(reinterpret_cast<const char*>(&crc), sizeof crc);
  look_at(mended);
}

}  // namespace gleaner
