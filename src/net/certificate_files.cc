#include "net/certificate_files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace gleaner {
namespace {

constexpr std::size_t kBytesMax = std::size_t{1} << 20U;

// 0, or the system's reason.
int write_all(int file, std::string_view content) {
  while (!content.empty()) {
    const ssize_t written = ::write(file, content.data(), content.size());
    if (written < 0 && errno != EINTR) return errno;
    if (written > 0) content.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

Error cannot_write(const std::filesystem::path& path, int reason) {
  return bad_input(fmt::format("cannot write {}: {}", path.string(), std::strerror(reason)),
                   "name a folder that may be written and has room");
}

}  // namespace

Result<std::string> read_pem(const std::filesystem::path& path) {
  const auto cannot_read = [&path](std::string_view why) {
    return bad_input(
        fmt::format("cannot read {}: {}", path.string(), why),
        "put the file there, readable for this user, or make a folder anew: gleaner certs --help");
  };
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) return cannot_read(std::strerror(errno));
  std::string content;
  std::array<char, 1U << 14U> part{};
  ssize_t got = 1;
  while (content.size() <= kBytesMax && (got > 0 || (got < 0 && errno == EINTR))) {
    got = ::read(file, part.data(), part.size());
    if (got > 0) content.append(part.data(), static_cast<std::size_t>(got));
  }
  const int reason = got < 0 ? errno : 0;
  ::close(file);
  if (reason != 0) return cannot_read(std::strerror(reason));
  if (content.size() > kBytesMax) return cannot_read("it is larger than 1 MiB");
  return content;
}

Status write_pem(const std::filesystem::path& path, std::string_view content, Readers readers) {
  const std::string beside = fmt::format("{}.{}.part", path.string(), ::getpid());
  const mode_t mode = readers == Readers::owner ? 0600 : 0644;
  ::unlink(beside.c_str());  // of a program that died: its mode is not known
  const int file = ::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
  if (file < 0) return cannot_write(path, errno);
  int reason = write_all(file, content);
  if (::close(file) != 0 && reason == 0) reason = errno;
  if (reason == 0 && ::rename(beside.c_str(), path.c_str()) != 0) reason = errno;
  if (reason == 0) return {};
  ::unlink(beside.c_str());
  return cannot_write(path, reason);
}

}  // namespace gleaner
