// Files as bytes, and bytes in error messages.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.h"

namespace gleaner {

/// The content of a file, unpacked if it is gzip (told by its content). Memory grows with what is really
/// there; deflate unpacks to at most 1032 times the size of the file. Errors name the file and the system's
/// reason.
[[nodiscard]] Result<std::string> read_bytes(const std::filesystem::path& path);

/// The first bytes of a file (fewer if it is shorter), unpacked likewise.
[[nodiscard]] Result<std::string> read_first_bytes(const std::filesystem::path& path, std::size_t count);

/// 'text' fit for a message: cut after 40 characters, bytes that cannot be printed shown as '?'.
[[nodiscard]] std::string quoted(std::string_view text);

}  // namespace gleaner
