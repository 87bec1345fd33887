// The three ways in which a worker keeps a finished chunk gradient.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "objective/objective.h"

namespace gleaner {

enum class Keeping : std::uint8_t {
  float32,   ///< as it was computed: four bytes a number
  bfloat16,  ///< rounded to eight bits: two bytes a number, all holders alike
  spilled,   ///< as it was computed, in a temporary file
};
inline constexpr std::string_view kKeepings[] = {"float32", "bfloat16", "spilled"};
[[nodiscard]] constexpr std::string_view name_of(Keeping k) { return kKeepings[static_cast<std::size_t>(k)]; }
/// Nothing: another word.
[[nodiscard]] std::optional<Keeping> keeping_of(std::string_view name);

/// How the gradients of a run are kept.
struct KeepOptions {
  Keeping how = Keeping::float32;
  std::filesystem::path folder = {};  ///< for spilled; empty: spill_folder()
  std::size_t exact_tail = kTallies;  ///< numbers at the end that are never rounded
};

/// TMPDIR, or /var/tmp, which is a disk where /tmp may be memory.
[[nodiscard]] std::filesystem::path spill_folder();

/// One gradient, finished: as many numbers as were computed, and nobody changes them. Thread safe.
class KeptGradient {
 public:
  KeptGradient() = default;
  virtual ~KeptGradient() = default;
  KeptGradient(const KeptGradient&) = delete;
  KeptGradient& operator=(const KeptGradient&) = delete;

  [[nodiscard]] virtual std::size_t size() const = 0;
  /// All numbers, where they lie in memory as floats; else empty.
  [[nodiscard]] virtual std::span<const float> floats() const { return {}; }
  /// Writes the numbers from `first` on, and 0 behind the last one. False: they cannot be had any more.
  [[nodiscard]] virtual bool read(std::size_t first, std::span<float> out) const = 0;
};
using GradientRow = std::shared_ptr<const KeptGradient>;

/// These numbers, where they are. REQUIRES: nobody changes them while the row is held.
[[nodiscard]] GradientRow row_of(std::shared_ptr<const std::vector<float>> numbers);

/// A file without a name that is gone with its last holder. Thread safe where nobody reads what is being
/// written.
class SpillFile {
 public:
  /// Errors name the folder and what the system says.
  [[nodiscard]] static Result<std::shared_ptr<const SpillFile>> open(const std::filesystem::path& folder);
  ~SpillFile();
  SpillFile(const SpillFile&) = delete;
  SpillFile& operator=(const SpillFile&) = delete;

  /// Positions count floats. Errors: the disk is full, and whatever else it may be.
  [[nodiscard]] Status write(std::uint64_t position, std::span<const float> numbers) const;
  [[nodiscard]] bool read(std::uint64_t position, std::span<float> out) const;

 private:
  SpillFile(int file, std::filesystem::path folder) : file_(file), folder_(std::move(folder)) {}
  int file_;
  std::filesystem::path folder_;
};

/// Whether a file can be made there. Errors: as SpillFile::open.
[[nodiscard]] Status check_spill_folder(const std::filesystem::path& folder);

}  // namespace gleaner
