// Sentences in lines, for people.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace gleaner {

/// Letters of UTF-8 text, not bytes: "±" is one. No letter is taken for wider than another.
[[nodiscard]] std::size_t letters(std::string_view text);

/// `text` in lines of at most 100 letters, cut at single blanks, `first` before the first line and as many
/// blanks before the others; ends with a line end. A longer word has a line of its own.
[[nodiscard]] std::string paragraph(std::string_view text, std::string_view first);

}  // namespace gleaner
