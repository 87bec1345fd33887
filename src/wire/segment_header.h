// What stands before the numbers of a segment, on the connection of vectors.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/result.h"
#include "protocol/messages.h"

namespace gleaner {

enum class SegmentKind : std::uint8_t { vector = 1, parameters = 2 };

/// A segment on the wire: this header, then `floats` numbers, little-endian IEEE 754 single precision.
struct SegmentHeader {
  SegmentKind kind{};
  Ticket ticket;             ///< of parameters: their stamp, epoch 0
  std::uint32_t index = 0;   ///< of the segment
  std::uint64_t total = 0;   ///< floats of the whole vector; 0 where nobody needs to know
  std::uint32_t floats = 0;  ///< that follow
  std::uint32_t crc = 0;     ///< CRC-32C of those bytes
  bool operator==(const SegmentHeader&) const = default;
};
inline constexpr std::size_t kSegmentHeaderBytes = 48;

[[nodiscard]] std::array<std::byte, kSegmentHeaderBytes> encode(const SegmentHeader& header);
/// Errors: too short, another magic number, an unknown kind, reserved bytes that are not zero, a broken
/// header (its own CRC-32C).
[[nodiscard]] Result<SegmentHeader> decode_segment_header(std::string_view bytes);

/// CRC-32C (Castagnoli) of `bytes`, begun or gone on from `before` (0 to begin).
[[nodiscard]] std::uint32_t crc32c(std::span<const std::byte> bytes, std::uint32_t before = 0);

}  // namespace gleaner
