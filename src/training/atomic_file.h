// Files that appear whole or not at all.
#pragma once

#include <filesystem>
#include <functional>
#include <span>
#include <string_view>

#include "base/result.h"

namespace gleaner {

/// Writes `bytes` beside `path` under another name, makes the disk keep them, renames them to `path`, and
/// makes the disk keep the name: who reads `path` sees the old content or the new, even after a crash. Errors
/// name the path and the system's reason; the file beside it is then removed.
[[nodiscard]] Status write_atomically(const std::filesystem::path& path, std::string_view bytes);
/// The same for bytes that lie in several places.
[[nodiscard]] Status write_atomically(const std::filesystem::path& path,
                                      std::span<const std::string_view> pieces);
/// The same for bytes that are made on the way: `next` gives one piece after the other, and an empty one at
/// the end.
[[nodiscard]] Status write_atomically(const std::filesystem::path& path,
                                      const std::function<std::string_view()>& next);

/// The whole content of a file. Errors (bad_input) name the path and the system's reason.
[[nodiscard]] Result<std::string> read_whole_file(const std::filesystem::path& path);

}  // namespace gleaner
