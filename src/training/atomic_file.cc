#include "training/atomic_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

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
  return ::fsync(file) == 0;
}

}  // namespace

Status write_atomically(const std::filesystem::path& path, std::string_view bytes) {
  // A device, a pipe or a terminal cannot be replaced by a renamed file, only written to.
  std::error_code ignored;
  const auto kind = std::filesystem::status(path, ignored).type();
  const bool replaceable =
      kind == std::filesystem::file_type::regular || kind == std::filesystem::file_type::not_found;
  const std::filesystem::path beside =
      replaceable ? std::filesystem::path(path.string() + fmt::format(".{}.part", ::getpid())) : path;

  const int file = ::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (file < 0) return cannot_write(path, errno);
  int failure = write_all(file, bytes) || (!replaceable && errno == EINVAL) ? 0 : errno;
  if (::close(file) != 0 && failure == 0) failure = errno;
  if (!replaceable) return failure == 0 ? Status() : cannot_write(path, failure);
  if (failure == 0 && ::rename(beside.c_str(), path.c_str()) != 0) failure = errno;
  if (failure == 0) return {};
  ::unlink(beside.c_str());
  return cannot_write(path, failure);
}

}  // namespace gleaner
