#include "data/csv_field.h"

#include <algorithm>
#include <cstring>

#include "data/number.h"

namespace gleaner {

const char* CsvCursor::skip_blanks(const char* at) const {
  while (at != end_ && (*at == ' ' || (*at == '\t' && separator_ != '\t'))) ++at;
  return at;
}

// The field ended before `at`, blanks may follow: steps over the separator. False if there is something else.
bool CsvCursor::finish(const char* at) {
  at = skip_blanks(at);
  if (at == end_) {
    at_ = nullptr;
    return true;
  }
  if (*at != separator_) return false;
  at_ = at + 1;
  return true;
}

bool CsvCursor::next_number(float& value) {
  const char* const end = scan_float(skip_blanks(at_), end_, value);
  return end != nullptr && finish(end);
}

std::optional<std::string_view> CsvCursor::next_quoted(const char* at) {
  unquoted_.clear();
  for (;;) {
    const char* const quote =
        static_cast<const char*>(std::memchr(at, '"', static_cast<std::size_t>(end_ - at)));
    if (quote == nullptr) return std::nullopt;
    unquoted_.append(at, quote);
    at = quote + 1;
    if (at == end_ || *at != '"') break;
    unquoted_ += '"';
    ++at;
  }
  if (!finish(at)) return std::nullopt;
  return unquoted_;
}

std::optional<std::string_view> CsvCursor::next() {
  const char* const start = skip_blanks(at_);
  if (start != end_ && *start == '"') return next_quoted(start + 1);
  const char* const stop = std::find(start, end_, separator_);
  const char* last = stop;
  while (last != start && (last[-1] == ' ' || last[-1] == '\t')) --last;
  at_ = stop == end_ ? nullptr : stop + 1;
  return std::string_view(start, static_cast<std::size_t>(last - start));
}

std::optional<std::vector<std::string>> csv_fields(std::string_view line, char separator) {
  std::vector<std::string> fields;
  CsvCursor cursor(line, separator);
  while (cursor.more()) {
    const std::optional<std::string_view> field = cursor.next();
    if (!field) return std::nullopt;
    fields.emplace_back(*field);
  }
  return fields;
}

}  // namespace gleaner
