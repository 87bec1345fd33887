// A text file line by line.
#pragma once

#include <cstdint>
#include <filesystem>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "data/byte_source.h"

namespace gleaner {

/// Bytes first..last-1 of a file's content, beginning with a whole line, whose number is `line` (from 1).
struct LineRange {
  std::uint64_t first = 0;
  std::uint64_t last = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t line = 1;
};

/// Reads the lines of a file, or of a range of it, plain or gzip. A line ends at "\n" or "\r\n"; the last one
/// may lack its end. A byte order mark of UTF-8 is skipped. Memory: 1 MiB, or the longest line. Not thread
/// safe.
class LineReader {
 public:
  [[nodiscard]] static Result<LineReader> open(const std::filesystem::path& path,
                                               const LineRange& range = {});

  /// The next line without its end, valid until the next call; nothing after the last one or when reading
  /// failed, which status() tells apart.
  [[nodiscard]] std::optional<std::string_view> next();
  [[nodiscard]] const Status& status() const { return status_; }

  /// Of the line given last: its number, and the offset of its first byte in the file's content.
  [[nodiscard]] std::uint64_t number() const { return number_; }
  [[nodiscard]] std::uint64_t offset() const { return offset_; }
  /// The offset behind the lines given so far: of the next line, or the end.
  [[nodiscard]] std::uint64_t offset_after() const { return base_ + begin_; }
  /// Bytes behind the lines given so far, to the end of the range; 0 where nobody knows (gzip). An estimate:
  /// the file may end earlier than the range.
  [[nodiscard]] std::uint64_t bytes_left() const;
  [[nodiscard]] const ByteSource& source() const { return source_; }

 private:
  explicit LineReader(ByteSource source) : source_(std::move(source)) {}
  bool refill();
  std::string_view without_mark(std::string_view line) const;

  ByteSource source_;
  Status status_;
  std::string buffer_;
  std::size_t begin_ = 0;    // of the next line in the buffer
  std::size_t filled_ = 0;   // bytes of the buffer that hold content
  std::uint64_t base_ = 0;   // offset of the buffer in the content
  std::uint64_t limit_ = 0;  // the range's end
  std::uint64_t number_ = 0;
  std::uint64_t offset_ = 0;
};

}  // namespace gleaner
