// Checkpoints: as they come, and with an envelope (length, digest) that fits what is in it.
#include <cstring>
#include <string>

#include "fuzz/fuzz_target.h"
#include "training/digest.h"
#include "work/snapshot_bytes.h"

namespace gleaner {
namespace {

constexpr std::size_t kLengthAt = 16;
constexpr std::size_t kHeaderBytes = 24;

void look_at(std::string_view bytes) {
  const auto snapshot = parse_snapshot(bytes);
  if (!snapshot) return;
  const SnapshotBytes pieces(snapshot.value());
  std::string again;
  for (const std::string_view piece : pieces.pieces()) again += piece;
  fuzz::expect(again == bytes, "one spelling");
}

}  // namespace

GLEANER_FUZZ_TARGET(snapshot) {
  look_at(bytes);
  if (bytes.size() < kHeaderBytes) return;
  std::string mended(bytes);
  const std::uint64_t length = bytes.size() + kDigestBytes;
  std::memcpy(mended.data() + kLengthAt, &length, sizeof length);
  mended += sha256(mended);
  look_at(mended);
}

}  // namespace gleaner
