#include "feed/chunk_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fmt/format.h>

#include "base/byte_stream.h"
#include "training/atomic_file.h"

namespace gleaner {
namespace {

constexpr std::uint32_t kFileVersion = 1;

std::string header_of(const Catalogue& catalogue) {
  const ChunkEntry& last = catalogue.entries().back();
  ByteWriter out;
  out.bytes() = "GLNCHNKS";
  out.number(kFileVersion);
  out.number<std::uint32_t>(0);
  out.number<std::uint64_t>(catalogue.entries().size());
  out.number<std::uint64_t>(last.offset + last.bytes);
  out.bytes() += catalogue.digest();
  out.bytes().resize(kChunkFileHeaderBytes, '\0');
  return std::move(out.bytes());
}

class File {
 public:
  explicit File(const std::filesystem::path& path) : file_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
  ~File() {
    if (file_ >= 0) ::close(file_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  [[nodiscard]] bool is_open() const { return file_ >= 0; }
  [[nodiscard]] std::uint64_t size() const {
    struct stat s {};
    return ::fstat(file_, &s) == 0 ? static_cast<std::uint64_t>(s.st_size) : 0;
  }
  /// How many bytes were read before the end or a failure, for which errno is set.
  std::size_t read(std::uint64_t offset, char* to, std::size_t bytes) const {
    std::size_t done = 0;
    errno = 0;
    while (done < bytes) {
      const ssize_t got = ::pread(file_, to + done, bytes - done, static_cast<off_t>(offset + done));
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) break;
      done += static_cast<std::size_t>(got);
    }
    return done;
  }

 private:
  int file_;
};

// Read to its end, since the server is about to send everybody there.
bool is_whole(const std::filesystem::path& path, const Catalogue& catalogue) {
  const File file(path);
  const std::string header = header_of(catalogue);
  std::string found(header.size(), '\0');
  const ChunkEntry& last = catalogue.entries().back();
  if (!file.is_open() || file.size() != last.offset + last.bytes) return false;
  if (file.read(0, found.data(), found.size()) != found.size() || found != header) return false;
  bool same = true;
  for (std::uint32_t i = 0; same && i < catalogue.entries().size(); ++i) {
    std::uint64_t at = catalogue.entries()[i].offset;
    for_each_piece(catalogue.chunk(ChunkId(i)), [&](std::string_view piece) {
      if (!same) return;
      found.resize(piece.size());
      same = file.read(at, found.data(), found.size()) == found.size() && found == piece;
      at += piece.size();
    });
  }
  return same;
}

}  // namespace

std::filesystem::path chunk_file_path(const std::filesystem::path& folder, std::string_view digest) {
  return folder / fmt::format("{}.chunks", digest);
}

Result<bool> write_chunk_file(const std::filesystem::path& folder, const Catalogue& catalogue) {
  const std::filesystem::path path = chunk_file_path(folder, catalogue.digest());
  if (is_whole(path, catalogue)) return false;
  std::string piece = header_of(catalogue);
  bool began = false;
  std::uint32_t chunk = 0;
  std::uint64_t offset = 0;  // within the chunk
  const Status written = write_atomically(path, [&]() -> std::string_view {
    if (!began) {
      began = true;
      return piece;
    }
    for (piece.resize(kDataPartBytes); chunk < catalogue.entries().size(); ++chunk, offset = 0) {
      const std::size_t got = catalogue.chunk(ChunkId(chunk)).copy(offset, piece);
      offset += got;
      if (got > 0) return std::string_view(piece).substr(0, got);
    }
    return {};
  });
  if (!written) return written.error();
  return true;
}

Result<std::string> read_chunk_range(const std::filesystem::path& path, ChunkId chunk,
                                     const ChunkEntry& entry) {
  const auto wrong = [&](std::string_view what) {
    return run_failed(fmt::format("chunk {} in {}: {}", chunk.value, path.string(), what),
                      "remove the file: it is made again");
  };
  const File file(path);
  if (!file.is_open()) return wrong(std::strerror(errno));
  const std::uint64_t size = file.size();
  if (size < entry.bytes || size - entry.bytes < entry.offset)
    return wrong(fmt::format("the file has {} bytes and ends too soon", size));
  std::string bytes(entry.bytes, '\0');
  const std::size_t got = file.read(entry.offset, bytes.data(), bytes.size());
  if (got < bytes.size()) return wrong(errno != 0 ? std::strerror(errno) : "the file ends too soon");
  if (chunk_crc(bytes) != entry.crc) return wrong("the checksum does not fit");
  return bytes;
}

}  // namespace gleaner
