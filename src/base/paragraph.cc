#include "base/paragraph.h"

#include <algorithm>

namespace gleaner {

std::size_t letters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

std::string paragraph(std::string_view text, std::string_view first) {
  constexpr std::size_t kWidth = 100;
  const std::size_t indent = letters(first);
  std::string result(first);
  std::size_t column = indent;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    const std::string_view word = text.substr(at, end - at);
    at = end + 1;
    if (column > indent && column + 1 + letters(word) > kWidth) {
      result += '\n';
      result.append(indent, ' ');
      column = indent;
    } else if (column > indent) {
      result += ' ';
      ++column;
    }
    result += word;
    column += letters(word);
  }
  return result + '\n';
}

}  // namespace gleaner
