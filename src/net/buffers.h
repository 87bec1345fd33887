// Bytes, and segments without copies, as gRPC wants them.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <grpcpp/support/byte_buffer.h>

#include "base/result.h"
#include "wire/segment_header.h"

namespace gleaner {

[[nodiscard]] grpc::ByteBuffer to_buffer(std::string bytes);
[[nodiscard]] std::string to_bytes(const grpc::ByteBuffer& buffer);

/// A segment on its way out. The numbers are not copied: `owner` keeps them until they have left.
/// header.floats and header.crc need not be set. `crc`: of the numbers, where it is known already.
[[nodiscard]] grpc::ByteBuffer segment_buffer(SegmentHeader header, std::shared_ptr<const void> owner,
                                              std::span<const float> numbers,
                                              const std::uint32_t* crc = nullptr);

struct ReceivedSegment {
  SegmentHeader header;
  std::vector<float> numbers;
};
/// One copy, with the checksum computed on the way. Errors: the header; another length; the checksum.
[[nodiscard]] Result<ReceivedSegment> read_segment(const grpc::ByteBuffer& buffer);

}  // namespace gleaner
