#include "net/buffers.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include <fmt/format.h>

namespace gleaner {
namespace {

// Checked and copied piece by piece, so that what is checked is still in the cache when it is copied.
constexpr std::size_t kPiece = std::size_t{16} << 10;

void let_go(void* owner) { delete static_cast<std::shared_ptr<const void>*>(owner); }

}  // namespace

grpc::ByteBuffer to_buffer(std::string bytes) {
  const grpc::Slice slice(bytes);
  return {&slice, 1};
}

std::string to_bytes(const grpc::ByteBuffer& buffer) {
  std::vector<grpc::Slice> slices;
  std::string bytes;
  if (!buffer.Dump(&slices).ok()) return bytes;
  bytes.reserve(buffer.Length());
  for (const grpc::Slice& s : slices) bytes.append(reinterpret_cast<const char*>(s.begin()), s.size());
  return bytes;
}

grpc::ByteBuffer segment_buffer(SegmentHeader header, std::shared_ptr<const void> owner,
                                std::span<const float> numbers, const std::uint32_t* crc) {
  header.floats = static_cast<std::uint32_t>(numbers.size());
  header.crc = crc != nullptr ? *crc : crc32c(std::as_bytes(numbers));
  const auto head = encode(header);
  if (numbers.empty()) {
    const grpc::Slice only(head.data(), head.size());
    return {&only, 1};
  }
  // gRPC reads them only; its slices know no const.
  void* data = const_cast<float*>(numbers.data());
  const std::array<grpc::Slice, 2> slices{
      grpc::Slice(head.data(), head.size()),
      grpc::Slice(data, numbers.size_bytes(), &let_go, new std::shared_ptr<const void>(std::move(owner)))};
  return {slices.data(), slices.size()};
}

Result<SegmentReader> SegmentReader::open(const grpc::ByteBuffer& buffer) {
  SegmentReader reader;
  if (!buffer.Dump(&reader.slices_).ok()) return bad_input("a segment could not be read");
  std::array<char, kSegmentHeaderBytes> head{};
  std::size_t headed = 0;
  for (const grpc::Slice& s : reader.slices_) {
    const std::size_t n = std::min(head.size() - headed, s.size());
    std::memcpy(head.data() + headed, s.begin(), n);
    headed += n;
    if (headed == head.size()) break;
  }
  if (headed < head.size()) return bad_input(fmt::format("a segment of {} bytes has no header", headed));
  Result<SegmentHeader> header = decode_segment_header({head.data(), head.size()});
  if (!header) return header.error();
  reader.header_ = header.value();
  if (buffer.Length() != head.size() + std::size_t{reader.header_.floats} * sizeof(float)) {
    return bad_input(
        fmt::format("a segment of {} numbers came in {} bytes", reader.header_.floats, buffer.Length()));
  }
  return reader;
}

Status SegmentReader::append_to(std::vector<float>& numbers) const {
  const std::size_t before = numbers.size();
  numbers.reserve(before + header_.floats);
  std::size_t skip = kSegmentHeaderBytes;
  std::size_t at = 0;
  std::uint32_t crc = 0;
  for (const grpc::Slice& s : slices_) {
    std::span<const std::byte> part(reinterpret_cast<const std::byte*>(s.begin()), s.size());
    const std::size_t skipped =
        std::min(std::exchange(skip, skip - std::min(skip, part.size())), part.size());
    part = part.subspan(skipped);
    while (!part.empty()) {
      const std::size_t n = std::min(kPiece, part.size());
      crc = crc32c(part.first(n), crc);
      at += n;
      // Piece by piece, so that what is zeroed is still in the cache when it is written over.
      numbers.resize(before + (at + sizeof(float) - 1) / sizeof(float));
      std::memcpy(reinterpret_cast<std::byte*>(numbers.data() + before) + at - n, part.data(), n);
      part = part.subspan(n);
    }
  }
  if (crc == header_.crc) return {};
  return bad_input(
      fmt::format("the checksum of segment {} is {:08x}, {:08x} was sent", header_.index, crc, header_.crc));
}

}  // namespace gleaner
