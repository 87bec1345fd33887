#include "data/bytes.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <optional>

namespace gleaner {
namespace {

constexpr std::size_t kPiece = std::size_t{1} << 18;

struct CloseGz {
  void operator()(gzFile file) const { gzclose_r(file); }
};
using GzFile = std::unique_ptr<gzFile_s, CloseGz>;

Error unreadable(const std::filesystem::path& path, std::string_view why) {
  return bad_input(fmt::format("cannot read {}: {}", path.string(), why), "check the path and the file");
}

// gzread passes plain files through unchanged.
Result<std::string> read_up_to(const std::filesystem::path& path, std::optional<std::size_t> limit) {
  errno = 0;
  const GzFile file(gzopen(path.c_str(), "rb"));
  if (!file) return unreadable(path, errno != 0 ? std::strerror(errno) : "out of memory");
  std::string bytes;
  while (!limit || bytes.size() < *limit) {
    const std::size_t have = bytes.size();
    const std::size_t wanted = limit ? std::min(kPiece, *limit - have) : kPiece;
    bytes.resize(have + wanted);
    const int got = gzread(file.get(), bytes.data() + have, static_cast<unsigned>(wanted));
    int code = Z_OK;
    const char* why = gzerror(file.get(), &code);
    if (got < 0 || (code != Z_OK && code != Z_STREAM_END)) {
      const bool system = code == Z_ERRNO && errno != 0;
      return unreadable(path, code == Z_BUF_ERROR ? "the gzip data end too early"
                              : system            ? std::strerror(errno)
                                                  : why);
    }
    bytes.resize(have + static_cast<std::size_t>(got));
    if (got == 0) break;
  }
  return bytes;
}

}  // namespace

Result<std::string> read_bytes(const std::filesystem::path& path) { return read_up_to(path, std::nullopt); }

Result<std::string> read_first_bytes(const std::filesystem::path& path, std::size_t count) {
  return read_up_to(path, count);
}

std::string quoted(std::string_view text) {
  constexpr std::size_t kShown = 40;
  std::string shown(text.substr(0, kShown));
  for (char& c : shown) {
    if (c < ' ' || c > '~') c = '?';
  }
  return text.size() > kShown ? fmt::format("'{}..'", shown) : fmt::format("'{}'", shown);
}

}  // namespace gleaner
