// Files as bytes, plain or gzip.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "base/result.h"

struct gzFile_s;

namespace gleaner {

/// An open file, read from front to back and unpacked if it is gzip (told by its content). Errors name the
/// file and the system's reason. Not thread safe; several sources may read one file.
class ByteSource {
 public:
  [[nodiscard]] static Result<ByteSource> open(const std::filesystem::path& path);

  /// Reads `count` bytes to `out`, fewer only where the file ends, and says how many.
  [[nodiscard]] Result<std::size_t> read(char* out, std::size_t count);
  /// Makes byte `offset` of the content the next one. A jump in a plain file; a gzip file is unpacked up to
  /// there, from its beginning if need be.
  [[nodiscard]] Status seek(std::uint64_t offset);

  /// The length of the content where that is known without reading it: of a plain file.
  [[nodiscard]] std::optional<std::uint64_t> size() const;
  /// No content is longer: the size of a plain file, and 1032 times that of a gzip file (the most that
  /// deflate can do). What a header claims is compared with it before memory is taken.
  [[nodiscard]] std::uint64_t size_max() const;
  [[nodiscard]] bool is_gzip() const { return gzip_; }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  struct Close {
    void operator()(gzFile_s* file) const;
  };
  ByteSource(std::filesystem::path path, gzFile_s* file) : path_(std::move(path)), file_(file) {}

  std::filesystem::path path_;
  std::unique_ptr<gzFile_s, Close> file_;
  bool gzip_ = false;
  std::uint64_t stored_ = 0;
};

/// The first bytes of a file (fewer if it is shorter), unpacked likewise.
[[nodiscard]] Result<std::string> read_first_bytes(const std::filesystem::path& path, std::size_t count);

}  // namespace gleaner
