#include "data/line_reader.h"

#include <algorithm>
#include <cstring>

namespace gleaner {
namespace {

constexpr std::size_t kPiece = std::size_t{1} << 20;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

}  // namespace

Result<LineReader> LineReader::open(const std::filesystem::path& path, const LineRange& range) {
  Result<ByteSource> source = ByteSource::open(path);
  if (!source) return source.error();
  LineReader reader(std::move(source).value());
  reader.base_ = range.first;
  reader.limit_ = range.last;
  reader.number_ = range.line - 1;
  if (range.first > 0) {
    if (Status moved = reader.source_.seek(range.first); !moved) return moved.error();
  }
  return reader;
}

// Moves what is left to the front and reads on behind it. False at the end of the range and on failure.
bool LineReader::refill() {
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, filled_ - begin_);
    base_ += begin_;
    filled_ -= begin_;
    begin_ = 0;
  }
  // A line longer than the buffer doubles it; the file has at least half of that.
  if (buffer_.size() < filled_ + kPiece) buffer_.resize(std::max(kPiece, 2 * filled_));
  const std::uint64_t left = limit_ - std::min(limit_, base_ + filled_);
  const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(left, buffer_.size() - filled_));
  const Result<std::size_t> got = source_.read(buffer_.data() + filled_, wanted);
  if (!got) {
    status_ = got.error();
    return false;
  }
  filled_ += got.value();
  return got.value() > 0;
}

std::string_view LineReader::without_mark(std::string_view line) const {
  if (offset_ == 0 && line.starts_with(kByteOrderMark)) line.remove_prefix(kByteOrderMark.size());
  return line;
}

std::uint64_t LineReader::bytes_left() const {
  const std::uint64_t end = std::min(limit_, source_.size().value_or(0));
  return end - std::min(end, offset_after());
}

std::optional<std::string_view> LineReader::next() {
  std::size_t searched = 0;
  const char* end = nullptr;
  for (;;) {
    const std::size_t from = begin_ + searched;
    if (filled_ > from)
      end = static_cast<const char*>(std::memchr(buffer_.data() + from, '\n', filled_ - from));
    if (end != nullptr) break;
    searched = filled_ - begin_;
    if (!refill()) break;
  }
  if (!status_ || (end == nullptr && searched == 0)) return std::nullopt;
  const std::size_t length =
      end != nullptr ? static_cast<std::size_t>(end - buffer_.data()) - begin_ : searched;
  offset_ = base_ + begin_;
  ++number_;
  std::string_view line(buffer_.data() + begin_, length);
  begin_ += length + (end != nullptr ? 1 : 0);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return without_mark(line);
}

}  // namespace gleaner
