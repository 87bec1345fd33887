// A chunk on its way into a folder of this worker's own.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace gleaner {

/// FOLDER/chunk-ID.part while it comes in, FOLDER/chunk-ID when it is whole. One process at a time has the
/// part (a lock on the file); a second one, and one that may not write there, does without: nothing here is
/// an error, since the folder only saves the way for the next time. Nothing is synced to the disk either: who
/// reads a chunk checks its sum.
class PartFile {
 public:
  /// Opens or makes it. FOLDER is made if its parent is there.
  PartFile(const std::filesystem::path& folder, std::uint32_t chunk);
  ~PartFile();
  PartFile(const PartFile&) = delete;
  PartFile& operator=(const PartFile&) = delete;

  /// What an earlier attempt left, if that is at most `most` bytes; a longer one is dropped.
  [[nodiscard]] std::string content(std::uint64_t most);
  /// The chunk from its beginning as far as it is known: what is not in the file yet is appended.
  void keep(std::string_view so_far);
  /// It was wrong: begin again.
  void clear();
  /// It is whole and right.
  void finish();

  /// Whether a write failed for another reason than permissions: a full disk.
  [[nodiscard]] const std::string& failure() const { return failure_; }

 private:
  void close();

  std::filesystem::path whole_;
  std::filesystem::path part_;
  int file_ = -1;
  std::uint64_t length_ = 0;
  std::string failure_;
};

/// FOLDER/chunk-ID
[[nodiscard]] std::filesystem::path cached_chunk_path(const std::filesystem::path& folder,
                                                      std::uint32_t chunk);

}  // namespace gleaner
