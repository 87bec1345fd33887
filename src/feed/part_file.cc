#include "feed/part_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include <fmt/format.h>

namespace gleaner {
namespace {

// The part may have been renamed by its owner between open and lock.
bool is_still(int file, const std::filesystem::path& path) {
  struct stat opened {};
  struct stat named {};
  return ::fstat(file, &opened) == 0 && ::stat(path.c_str(), &named) == 0 && opened.st_ino == named.st_ino &&
         opened.st_dev == named.st_dev;
}

}  // namespace

std::filesystem::path cached_chunk_path(const std::filesystem::path& folder, std::uint32_t chunk) {
  return folder / fmt::format("chunk-{}", chunk);
}

PartFile::PartFile(const std::filesystem::path& folder, std::uint32_t chunk)
    : whole_(cached_chunk_path(folder, chunk)), part_(whole_.string() + ".part") {
  std::error_code ignored;
  std::filesystem::create_directory(folder, ignored);
  file_ = ::open(part_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (file_ < 0) return;
  struct stat s {};
  const bool mine =
      ::flock(file_, LOCK_EX | LOCK_NB) == 0 && is_still(file_, part_) && ::fstat(file_, &s) == 0;
  if (mine) {
    length_ = static_cast<std::uint64_t>(s.st_size);
  } else {
    close();
  }
}

PartFile::~PartFile() {
  if (file_ >= 0 && length_ == 0) ::unlink(part_.c_str());
  close();
}

void PartFile::close() {
  if (file_ >= 0) ::close(file_);
  file_ = -1;
}

std::string PartFile::content(std::uint64_t most) {
  if (file_ < 0 || length_ == 0) return {};
  if (length_ > most) {
    clear();
    return {};
  }
  std::string bytes(length_, '\0');
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t got = ::pread(file_, bytes.data() + done, bytes.size() - done, static_cast<off_t>(done));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    done += static_cast<std::size_t>(got);
  }
  bytes.resize(done);
  return bytes;
}

void PartFile::keep(std::string_view so_far) {
  while (file_ >= 0 && length_ < so_far.size()) {
    const ssize_t written =
        ::pwrite(file_, so_far.data() + length_, so_far.size() - length_, static_cast<off_t>(length_));
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) {
      failure_ = fmt::format("cannot write {}: {}", part_.string(), std::strerror(errno));
      ::unlink(part_.c_str());  // a disk that is full has other uses for it
      return close();
    }
    length_ += static_cast<std::uint64_t>(written);
  }
}

void PartFile::clear() {
  length_ = 0;
  if (file_ >= 0 && ::ftruncate(file_, 0) != 0) close();
}

void PartFile::finish() {
  if (file_ < 0) return;
  if (::rename(part_.c_str(), whole_.c_str()) != 0) ::unlink(part_.c_str());
  close();
}

}  // namespace gleaner
