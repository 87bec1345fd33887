// The files of certificates and keys: read with a limit, written whole or not at all.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.h"

namespace gleaner {

/// The content of a file. Errors name the path and the system's reason; more than 1 MiB is no certificate.
[[nodiscard]] Result<std::string> read_pem(const std::filesystem::path& path);

/// Who may read what is written.
enum class Readers { everybody, owner };

/// Who reads `path` sees the old content or the new. A file for its owner alone has mode 0600 from its first
/// byte on. Errors name the path and the system's reason.
[[nodiscard]] Status write_pem(const std::filesystem::path& path, std::string_view content, Readers readers);

}  // namespace gleaner
