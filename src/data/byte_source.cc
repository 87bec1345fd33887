#include "data/byte_source.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace gleaner {
namespace {

constexpr unsigned kBuffer = 1U << 17;
constexpr std::size_t kPieceMax = std::size_t{1} << 30;  // gzread counts with 32 bits
constexpr std::uint64_t kDeflateRatioMax = 1032;

Error unreadable(const std::filesystem::path& path, std::string_view why) {
  return bad_input(fmt::format("cannot read {}: {}", path.string(), why), "check the path and the file");
}

Error failure(gzFile file, const std::filesystem::path& path) {
  int code = Z_OK;
  const char* why = gzerror(file, &code);
  if (code == Z_BUF_ERROR) return unreadable(path, "the gzip data end too early");
  return unreadable(path, code == Z_ERRNO && errno != 0 ? std::strerror(errno) : why);
}

}  // namespace

void ByteSource::Close::operator()(gzFile_s* file) const { gzclose_r(file); }

Result<ByteSource> ByteSource::open(const std::filesystem::path& path) {
  errno = 0;
  ByteSource source(path, gzopen(path.c_str(), "rb"));
  if (!source.file_) return unreadable(path, errno != 0 ? std::strerror(errno) : "out of memory");
  gzbuffer(source.file_.get(), kBuffer);
  errno = 0;
  source.gzip_ = gzdirect(source.file_.get()) == 0;
  if (int code = Z_OK; gzerror(source.file_.get(), &code) == nullptr || code != Z_OK)
    return failure(source.file_.get(), path);
  std::error_code ignored;
  const std::uintmax_t stored = std::filesystem::file_size(path, ignored);
  source.stored_ = ignored ? 0 : stored;
  return source;
}

Result<std::size_t> ByteSource::read(char* out, std::size_t count) {
  std::size_t have = 0;
  while (have < count) {
    errno = 0;
    const int got = gzread(file_.get(), out + have, static_cast<unsigned>(std::min(kPieceMax, count - have)));
    int code = Z_OK;
    gzerror(file_.get(), &code);
    if (got < 0 || (code != Z_OK && code != Z_STREAM_END)) return failure(file_.get(), path_);
    if (got == 0) break;
    have += static_cast<std::size_t>(got);
  }
  return have;
}

Status ByteSource::seek(std::uint64_t offset) {
  errno = 0;
  if (gzseek(file_.get(), static_cast<z_off_t>(offset), SEEK_SET) < 0) return failure(file_.get(), path_);
  return {};
}

std::optional<std::uint64_t> ByteSource::size() const {
  std::error_code ignored;
  if (gzip_ || !std::filesystem::is_regular_file(path_, ignored)) return std::nullopt;
  return stored_;
}

std::uint64_t ByteSource::size_max() const { return gzip_ ? stored_ * kDeflateRatioMax : stored_; }

Result<std::string> read_first_bytes(const std::filesystem::path& path, std::size_t count) {
  Result<ByteSource> source = ByteSource::open(path);
  if (!source) return source.error();
  std::string bytes(count, '\0');
  const Result<std::size_t> got = source.value().read(bytes.data(), count);
  if (!got) return got.error();
  bytes.resize(got.value());
  return bytes;
}

}  // namespace gleaner
