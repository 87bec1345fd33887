// Reference data outside of the repository.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace gleaner {

/// The path of `relative` in the shared folder: the environment variable GLEANER_SHARED, or else the folder
/// `shared` beside the repository. Nothing if there is no such file.
inline std::optional<std::filesystem::path> shared_file(std::string_view relative) {
  const char* const named = std::getenv("GLEANER_SHARED");
  const std::filesystem::path folder =
      named != nullptr && *named != '\0' ? std::filesystem::path(named)
                                         : std::filesystem::path(GLEANER_SOURCE_DIR).parent_path() / "shared";
  std::filesystem::path file = folder / relative;
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(file, ignored)) return std::nullopt;
  return file;
}

/// True when a missing shared file is a failure: GLEANER_REQUIRE_SHARED=1.
inline bool shared_files_are_required() {
  const char* const value = std::getenv("GLEANER_REQUIRE_SHARED");
  return value != nullptr && std::string_view(value) == "1";
}

inline std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace gleaner

/// Declares `name` (std::filesystem::path) for the shared file `relative`. Where it is missing the test is
/// skipped, or fails when shared files are required.
#define GLEANER_SHARED_FILE(name, relative)                                                     \
  const auto name##_if_any = ::gleaner::shared_file(relative);                                  \
  if (!name##_if_any) {                                                                         \
    if (::gleaner::shared_files_are_required()) FAIL() << "missing shared file " << (relative); \
    GTEST_SKIP() << "missing shared file " << (relative) << "; set GLEANER_SHARED";             \
  }                                                                                             \
  const std::filesystem::path name = *name##_if_any
