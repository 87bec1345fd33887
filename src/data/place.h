// Where something stands in a file, and how it is shown in a message.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.h"

namespace gleaner {

/// A line of a text file, a byte of a binary one, a row of an array. Non-owning: for the time of a message.
struct Place {
  enum class Unit : std::uint8_t { line, byte, row };

  const std::filesystem::path& path;
  Unit unit = Unit::line;
  std::uint64_t number = 0;  ///< lines and rows count from 1, bytes from 0

  /// "FILE:LINE", "FILE: at byte N" or "FILE: in row N".
  [[nodiscard]] std::string text() const;
};

/// "PLACE: found 'FOUND', expected EXPECTED".
[[nodiscard]] Error unexpected(const Place& place, std::string_view found, std::string_view expected,
                               std::string_view cure);

/// 'text' fit for a message: cut after 40 characters, bytes that cannot be printed shown as '?'.
[[nodiscard]] std::string shown(std::string_view text);

}  // namespace gleaner
