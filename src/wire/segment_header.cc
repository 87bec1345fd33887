#include "wire/segment_header.h"

#include <algorithm>
#include <cstring>

#include <isa-l/crc.h>

#include "wire/fields.h"

namespace gleaner {
namespace {

constexpr std::string_view kMagic = "GS";
constexpr std::size_t kGuardedBytes = kSegmentHeaderBytes - sizeof(std::uint32_t);

std::uint32_t crc32c(std::string_view bytes) { return gleaner::crc32c(std::as_bytes(std::span(bytes))); }

}  // namespace

std::array<std::byte, kSegmentHeaderBytes> encode(const SegmentHeader& header) {
  FieldWriter out;
  out.raw(kMagic);
  out.fixed(static_cast<std::uint8_t>(header.kind));
  out.fixed<std::uint8_t>(0);
  out.fixed(header.index);
  out.fixed(header.ticket.stamp.term.value);
  out.fixed(header.ticket.stamp.round.value);
  out.fixed(header.total);
  out.fixed(header.ticket.epoch.value);
  out.fixed(header.floats);
  out.fixed(header.crc);
  out.fixed(crc32c(out.bytes()));
  std::array<std::byte, kSegmentHeaderBytes> bytes{};
  std::memcpy(bytes.data(), out.bytes().data(), std::min(bytes.size(), out.bytes().size()));
  return bytes;
}

Result<SegmentHeader> decode_segment_header(std::string_view bytes) {
  FieldReader in("segment header", bytes.substr(0, kSegmentHeaderBytes));
  if (bytes.size() < kSegmentHeaderBytes) in.refuse("it", "is cut short");
  if (in.take("its start", kMagic.size()) != kMagic) in.refuse("its start", "is not that of a segment");
  SegmentHeader h;
  h.kind = static_cast<SegmentKind>(in.fixed<std::uint8_t>("the kind"));
  const auto reserved = in.fixed<std::uint8_t>("the reserved byte");
  h.index = in.fixed<std::uint32_t>("the index");
  h.ticket.stamp.term = Term(in.fixed<std::uint64_t>("the term"));
  h.ticket.stamp.round = RoundId(in.fixed<std::uint64_t>("the round"));
  h.total = in.fixed<std::uint64_t>("the total");
  h.ticket.epoch = Epoch(in.fixed<std::uint32_t>("the epoch"));
  h.floats = in.fixed<std::uint32_t>("the number of floats");
  h.crc = in.fixed<std::uint32_t>("the checksum of the numbers");
  const auto own = in.fixed<std::uint32_t>("its own checksum");
  if (in.ok() && own != crc32c(bytes.substr(0, kGuardedBytes))) in.refuse("its own checksum", "does not fit");
  if (h.kind != SegmentKind::vector && h.kind != SegmentKind::parameters) in.refuse("the kind", "is unknown");
  if (reserved != 0) in.refuse("the reserved byte", "is not 0");
  if (h.kind == SegmentKind::parameters && h.ticket.epoch != Epoch(0))
    in.refuse("the epoch", "of parameters is not 0");
  if (Status s = in.finish(); !s) return s.error();
  return h;
}

std::uint32_t crc32c(std::span<const std::byte> bytes, std::uint32_t before) {
  constexpr std::size_t kPiece = std::size_t{1} << 30U;  // the library counts in int
  std::uint32_t state = ~before;
  while (!bytes.empty()) {
    const auto piece = bytes.first(std::min(bytes.size(), kPiece));
    // It only reads, although its type does not say so.
    auto* const data = const_cast<unsigned char*>(reinterpret_cast<const unsigned char*>(piece.data()));
    state = crc32_iscsi(data, static_cast<int>(piece.size()), state);
    bytes = bytes.subspan(piece.size());
  }
  return ~state;
}

}  // namespace gleaner
