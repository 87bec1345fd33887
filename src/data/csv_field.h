// One line of CSV, field by field.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gleaner {

/// Walks over the fields of a line. A field is bare, with blanks around it removed, or quoted: "a, ""b"""
/// stands for a, "b". A quoted field ends on its line. Non-owning: the line must outlive the cursor.
class CsvCursor {
 public:
  CsvCursor(std::string_view line, char separator)
      : at_(line.data()), end_(line.data() + line.size()), separator_(separator) {}

  /// Whether another field follows; a line has one more than separators.
  [[nodiscard]] bool more() const { return at_ != nullptr; }
  /// Takes the next field, valid until the next call. Nothing if its quotes are wrong. REQUIRES: more().
  [[nodiscard]] std::optional<std::string_view> next();
  /// Takes the next field if it is a bare finite number, and leaves it otherwise. REQUIRES: more().
  [[nodiscard]] bool next_number(float& value);

 private:
  const char* skip_blanks(const char* at) const;
  bool finish(const char* at);
  std::optional<std::string_view> next_quoted(const char* at);

  const char* at_;  // null behind the last field
  const char* end_;
  char separator_;
  std::string unquoted_;
};

/// All fields of a line; nothing if quotes are wrong.
[[nodiscard]] std::optional<std::vector<std::string>> csv_fields(std::string_view line, char separator);

}  // namespace gleaner
