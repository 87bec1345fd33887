// Files that appear whole or not at all.
#pragma once

#include <filesystem>
#include <string_view>

#include "base/result.h"

namespace gleaner {

/// Writes `bytes` beside `path` under another name, makes the disk keep them, and renames them to `path`: who
/// reads `path` sees the old content or the new, even after a crash. Errors name the path and the
/// system's reason; the file beside it is then removed.
[[nodiscard]] Status write_atomically(const std::filesystem::path& path, std::string_view bytes);

}  // namespace gleaner
