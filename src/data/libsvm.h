// The LIBSVM text format.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>

#include "data/text_format.h"

namespace gleaner {

/// Feature numbers are bounded so that a slip of the pen cannot ask for a model of terabytes.
constexpr std::size_t kFeaturesMax = std::size_t{1} << 26;
constexpr std::size_t kClassesMax = 65536;  ///< different labels

struct LibsvmOptions {
  /// Features of the result: at least this many (0: as many as the file names).
  std::size_t features_min = 0;
  /// A feature above this is refused; none: there is no training set that limits it.
  std::optional<std::size_t> features_max{};
};

/// "LABEL FEATURE:VALUE FEATURE:VALUE .." lines as sparse rows. Features count from 1, ascending within a
/// line; feature f becomes column f - 1. Values are finite; zeros are dropped. Text after '#' and empty lines
/// are skipped. Labels are numbers.
class Libsvm final : public TextFormat {
 public:
  /// `path` must outlive the format.
  Libsvm(const std::filesystem::path& path, const LibsvmOptions& options) : path_(path), options_(options) {}

  /// A data set without rows.
  [[nodiscard]] Dataset start() const;
  [[nodiscard]] std::string_view row_of(std::string_view text, std::uint64_t line) const override;
  Status read_row(std::string_view row, std::uint64_t line, Dataset& data, LabelColumn& labels) override;
  Status skim_row(std::string_view row, std::uint64_t line, Dataset& data, LabelColumn& labels) override;

 private:
  [[nodiscard]] Error malformed(std::uint64_t line, std::string_view found, std::string_view expected) const;
  Status read_label(std::string_view word, std::uint64_t line, LabelColumn& labels) const;
  Status read_entry(std::string_view word, std::uint64_t line, std::uint64_t& previous, Dataset& data) const;
  [[nodiscard]] Result<std::uint64_t> feature_of(std::string_view word, std::uint64_t line) const;

  const std::filesystem::path& path_;
  LibsvmOptions options_;
};

}  // namespace gleaner
