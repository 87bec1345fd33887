#include "data/text_format.h"

#include <fmt/format.h>

namespace gleaner {

Error no_samples(const std::filesystem::path& path) {
  return bad_input(fmt::format("{} has no samples", path.string()),
                   "name a file with a sample on every line");
}

Status read_text(LineReader& lines, TextFormat& format, Dataset& data, LabelColumn& labels) {
  while (const std::optional<std::string_view> line = lines.next()) {
    const std::string_view row = format.row_of(*line, lines.number());
    if (row.empty()) continue;
    if (Status read = format.read_row(row, lines.number(), data, labels); !read) return read;
  }
  if (!lines.status()) return lines.status();
  if (labels.rows() == 0) return no_samples(lines.source().path());
  return labels.finish(data);
}

}  // namespace gleaner
