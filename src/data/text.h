// Plain text as samples: what a language model learns from.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "data/dataset.h"

namespace gleaner {

/// The files of a list: a folder stands for the files in it (not for those of folders in it, and not for
/// links, which would be read twice), by name. Errors name what is not there, or has no file.
[[nodiscard]] Result<std::vector<std::filesystem::path>> text_files(
    std::span<const std::filesystem::path> paths);

/// Cuts the bytes of the files, one file after the other, into pieces of `context` + 1: sample i holds the
/// bytes i context .. (i + 1) context, so that every byte but the first is foretold once. A byte is a
/// character, the different ones, ascending, are the classes; features are their numbers. All labels are 0;
/// class_names are printable ("a", "\n" as "\\n", others as "\\xE4"). Errors name the files: one cannot be
/// read; fewer than two different characters, or not one sample. Where class names are `known`, these are the
/// classes, and another character is an error that names its byte.
[[nodiscard]] Result<Dataset> load_characters(std::span<const std::filesystem::path> files,
                                              std::size_t context, std::span<const std::string> known = {});

/// The bytes behind class names of load_characters(). A name that is none becomes '?'.
[[nodiscard]] std::string characters_of(std::span<const std::string> class_names);

}  // namespace gleaner
