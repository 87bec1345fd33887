// A snapshot as the bytes of a file:
//
//   0   8 bytes   "GLEANER\x01"
//   8   u32       version of what follows; this is 1
//   12  u32       0
//   16  u64       length of the whole file
//   24            the fields of Snapshot in the order of snapshot_bytes.cc; numbers little-endian, texts and
//   lists
//                 after their u64 length; last the parameters (float32), then the optimiser's state (float64)
//   -32           SHA-256 of everything before
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "base/result.h"
#include "work/snapshot.h"

namespace gleaner {

/// The file in pieces, so that the model is not copied. Refers to the snapshot, which must outlive it.
class SnapshotBytes {
 public:
  explicit SnapshotBytes(const Snapshot& snapshot);
  SnapshotBytes(const SnapshotBytes&) = delete;
  SnapshotBytes& operator=(const SnapshotBytes&) = delete;

  [[nodiscard]] const std::array<std::string_view, 5>& pieces() const { return pieces_; }

 private:
  std::string start_;
  std::string between_;
  std::string digest_;
  std::array<std::string_view, 5> pieces_;
};

/// Reads such a file. Errors are predicates for the file's name to stand before: "is cut short: 100 of 2000
/// bytes", "is damaged: ..", "is of version 2, this program reads version 1".
[[nodiscard]] Result<Snapshot> parse_snapshot(std::string_view file);

}  // namespace gleaner
