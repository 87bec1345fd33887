#include "work/kept_gradient.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

#include <fmt/format.h>

namespace gleaner {
namespace {

// Opened as nameless where the file system can do that, else its name is removed at once.
int open_nameless(const std::filesystem::path& folder) {
  const int file = ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (file >= 0 || (errno != EOPNOTSUPP && errno != EISDIR)) return file;
  std::string name = folder / "gleaner-XXXXXX";
  const int named = ::mkostemp(name.data(), O_CLOEXEC);
  if (named >= 0) ::unlink(name.c_str());
  return named;
}

class FloatRow final : public KeptGradient {
 public:
  explicit FloatRow(std::shared_ptr<const std::vector<float>> numbers) : numbers_(std::move(numbers)) {}
  [[nodiscard]] std::size_t size() const override { return numbers_->size(); }
  [[nodiscard]] std::span<const float> floats() const override { return *numbers_; }
  [[nodiscard]] bool read(std::size_t first, std::span<float> out) const override {
    const auto here = floats().subspan(std::min(first, size()));
    const std::size_t count = std::min(out.size(), here.size());
    std::copy_n(here.begin(), count, out.begin());
    std::fill(out.begin() + static_cast<std::ptrdiff_t>(count), out.end(), 0.0F);
    return true;
  }

 private:
  std::shared_ptr<const std::vector<float>> numbers_;
};

}  // namespace

std::optional<Keeping> keeping_of(std::string_view name) {
  for (const Keeping k : {Keeping::float32, Keeping::bfloat16, Keeping::spilled}) {
    if (name == name_of(k)) return k;
  }
  return std::nullopt;
}

GradientRow row_of(std::shared_ptr<const std::vector<float>> numbers) {
  return std::make_shared<const FloatRow>(std::move(numbers));
}

std::filesystem::path spill_folder() {
  const char* said = std::getenv("TMPDIR");  // NOLINT(concurrency-mt-unsafe): nobody sets it
  return said != nullptr && *said != '\0' ? said : "/var/tmp";
}

Result<std::shared_ptr<const SpillFile>> SpillFile::open(const std::filesystem::path& folder) {
  const int file = open_nameless(folder);
  if (file < 0) {
    return bad_input(
        fmt::format("no temporary file can be made in {}: {}", folder.string(), std::strerror(errno)),
        "name another folder by --spill-dir");
  }
  return std::shared_ptr<const SpillFile>(new SpillFile(file, folder));
}

SpillFile::~SpillFile() { ::close(file_); }

Status SpillFile::write(std::uint64_t position, std::span<const float> numbers) const {
  const auto* bytes = reinterpret_cast<const char*>(numbers.data());
  std::size_t left = numbers.size_bytes();
  auto at = static_cast<off_t>(position * sizeof(float));
  while (left > 0) {
    const ssize_t written = ::pwrite(file_, bytes, left, at);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) {
      return run_failed(
          fmt::format("a gradient of {} bytes cannot be written in {}: {}", numbers.size_bytes(),
                      folder_.string(), std::strerror(written < 0 ? errno : ENOSPC)),
          "make room there, or name another folder by --spill-dir");
    }
    bytes += written;
    at += written;
    left -= static_cast<std::size_t>(written);
  }
  return {};
}

bool SpillFile::read(std::uint64_t position, std::span<float> out) const {
  auto* bytes = reinterpret_cast<char*>(out.data());
  std::size_t left = out.size_bytes();
  auto at = static_cast<off_t>(position * sizeof(float));
  while (left > 0) {
    const ssize_t got = ::pread(file_, bytes, left, at);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    bytes += got;
    at += got;
    left -= static_cast<std::size_t>(got);
  }
  return true;
}

Status check_spill_folder(const std::filesystem::path& folder) {
  const auto opened = SpillFile::open(folder.empty() ? spill_folder() : folder);
  if (!opened) return opened.error();
  return {};
}

}  // namespace gleaner
