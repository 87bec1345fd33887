// Headers of segments: as they come, and with a checksum that fits, which no fuzzer would find by chance.
#include <cstring>
#include <span>
#include <string>

#include "fuzz/fuzz_target.h"
#include "wire/segment_header.h"

namespace gleaner {
namespace {

void look_at(std::string_view bytes) {
  const auto header = decode_segment_header(bytes);
  if (!header) return;
  const auto again = encode(header.value());
  fuzz::expect(std::memcmp(again.data(), bytes.data(), again.size()) == 0, "one spelling");
}

}  // namespace

GLEANER_FUZZ_TARGET(segment_header) {
  look_at(bytes);
  if (bytes.size() < kSegmentHeaderBytes) return;
  std::string mended(bytes);
  const std::size_t at = kSegmentHeaderBytes - sizeof(std::uint32_t);
  const std::uint32_t crc = crc32c(std::as_bytes(std::span(mended)).first(at));
  std::memcpy(mended.data() + at, &crc, sizeof crc);
  look_at(mended);
}

}  // namespace gleaner
