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

/// A segment that has come: its header first, so that one may say where the numbers are to go.
class SegmentReader {
 public:
  /// Errors: the header; another length than it announces.
  [[nodiscard]] static Result<SegmentReader> open(const grpc::ByteBuffer& buffer);

  [[nodiscard]] const SegmentHeader& header() const { return header_; }
  /// Puts header().floats numbers at the end: one copy, with the checksum computed on the way. Called once.
  /// Errors: the checksum; then what was put there is worth nothing.
  [[nodiscard]] Status append_to(std::vector<float>& numbers) const;

 private:
  std::vector<grpc::Slice> slices_;  // the header first, wherever it ends
  SegmentHeader header_;
};

}  // namespace gleaner
