#include "training/atomic_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>

namespace gleaner {
namespace {

Error cannot_write(const std::filesystem::path& path, int code) {
  return run_failed(fmt::format("cannot write {}: {}", path.string(), std::strerror(code)),
                    "name a file in a folder that exists, may be written and has room");
}

bool write_all(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file, bytes.data(), bytes.size());
    if (written < 0 && errno != EINTR) return false;
    if (written > 0) bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

bool write_pieces(int file, const std::function<std::string_view()>& next) {
  for (std::string_view piece = next(); !piece.empty(); piece = next()) {
    if (!write_all(file, piece)) return false;
  }
  return ::fsync(file) == 0;
}

// A new name is on the disk when its folder is. Some file systems cannot sync a folder, and say EINVAL.
int sync_folder_of(const std::filesystem::path& path) {
  const std::filesystem::path folder = path.has_parent_path() ? path.parent_path() : ".";
  const int file = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (file < 0) return errno == EACCES ? 0 : errno;  // writable but not readable: nothing can be done
  const int failure = ::fsync(file) == 0 || errno == EINVAL ? 0 : errno;
  ::close(file);
  return failure;
}

}  // namespace

Status write_atomically(const std::filesystem::path& path, std::string_view bytes) {
  return write_atomically(path, std::span(&bytes, 1));
}

Status write_atomically(const std::filesystem::path& path, std::span<const std::string_view> pieces) {
  return write_atomically(path, [pieces]() mutable {
    std::string_view piece;
    while (piece.empty() && !pieces.empty()) {
      piece = pieces.front();
      pieces = pieces.subspan(1);
    }
    return piece;
  });
}

Status write_atomically(const std::filesystem::path& path, const std::function<std::string_view()>& next) {
  // A device, a pipe or a terminal cannot be replaced by a renamed file, only written to.
  std::error_code ignored;
  const auto kind = std::filesystem::status(path, ignored).type();
  const bool replaceable =
      kind == std::filesystem::file_type::regular || kind == std::filesystem::file_type::not_found;
  const std::filesystem::path beside =
      replaceable ? std::filesystem::path(path.string() + fmt::format(".{}.part", ::getpid())) : path;

  const int file = ::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (file < 0) return cannot_write(path, errno);
  int failure = write_pieces(file, next) || (!replaceable && errno == EINVAL) ? 0 : errno;
  if (::close(file) != 0 && failure == 0) failure = errno;
  if (!replaceable) return failure == 0 ? Status() : cannot_write(path, failure);
  if (failure == 0 && ::rename(beside.c_str(), path.c_str()) != 0) failure = errno;
  if (failure != 0) {
    ::unlink(beside.c_str());
    return cannot_write(path, failure);
  }
  failure = sync_folder_of(path);
  return failure == 0 ? Status() : cannot_write(path, failure);
}

Result<std::string> read_whole_file(const std::filesystem::path& path) {
  const auto cannot_read = [&path](int code) {
    return bad_input(fmt::format("cannot read {}: {}", path.string(), std::strerror(code)),
                     "name a file that exists and may be read");
  };
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return cannot_read(errno);
  std::string bytes;
  constexpr std::size_t kStep = std::size_t{1} << 20U;
  ssize_t got = 1;
  while (got > 0) {
    const std::size_t before = bytes.size();
    bytes.resize(before + std::max(kStep, before / 2));
    got = ::read(file, bytes.data() + before, bytes.size() - before);
    bytes.resize(before + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    if (got < 0 && errno == EINTR) got = 1;
  }
  const int failure = got < 0 ? errno : 0;
  ::close(file);
  if (failure != 0) return cannot_read(failure);
  return bytes;
}

}  // namespace gleaner
