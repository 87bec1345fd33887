// Bytes as a file that needs no disk, for readers that want a path.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <string_view>

#include "base/check.h"

namespace gleaner::fuzz {

/// A file that lives as long as this. Linux only.
class MemoryFile {
 public:
  explicit MemoryFile(std::string_view bytes) : file_(::memfd_create("fuzz", 0)) {
    GLEANER_CHECK(file_ >= 0, "no file in memory");
    for (std::size_t at = 0; at < bytes.size();) {
      const ::ssize_t written = ::write(file_, bytes.data() + at, bytes.size() - at);
      GLEANER_CHECK(written > 0, "a file in memory takes no bytes");
      at += static_cast<std::size_t>(written);
    }
  }
  ~MemoryFile() { ::close(file_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  [[nodiscard]] std::filesystem::path path() const { return "/proc/self/fd/" + std::to_string(file_); }

 private:
  int file_;
};

}  // namespace gleaner::fuzz
