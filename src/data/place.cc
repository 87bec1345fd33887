#include "data/place.h"

#include <fmt/format.h>

namespace gleaner {

std::string Place::text() const {
  if (unit == Unit::line) return fmt::format("{}:{}", path.string(), number);
  return fmt::format("{}: {} {}", path.string(), unit == Unit::byte ? "at byte" : "in row", number);
}

Error unexpected(const Place& place, std::string_view found, std::string_view expected,
                 std::string_view cure) {
  return bad_input(fmt::format("{}: found {}, expected {}", place.text(), shown(found), expected),
                   std::string(cure));
}

std::string shown(std::string_view text) {
  constexpr std::size_t kLengthMax = 40;
  std::string printable(text.substr(0, kLengthMax));
  for (char& c : printable) {
    if (c < ' ' || c > '~') c = '?';
  }
  return text.size() > kLengthMax ? fmt::format("'{}..'", printable) : fmt::format("'{}'", printable);
}

}  // namespace gleaner
