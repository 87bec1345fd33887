#include "data/text_format.h"

#include <fmt/format.h>

namespace gleaner {
namespace {

// Room for as many rows like the first one: at most four times the size of the file, as a row of p numbers
// has at least 2 p bytes, and only what is used becomes memory.
void reserve_rows(std::uint64_t rows, Dataset& data) {
  if (!data.dense.empty()) data.dense.reserve((rows + rows / 16 + 1) * data.features);
  if (data.is_sparse()) data.offsets.reserve(rows + 2);
}

}  // namespace

Error no_samples(const std::filesystem::path& path) {
  return bad_input(fmt::format("{} has no samples", path.string()),
                   "name a file with a sample on every line");
}

Status read_text(LineReader& lines, TextFormat& format, Dataset& data, LabelColumn& labels) {
  while (const std::optional<std::string_view> line = lines.next()) {
    const std::string_view row = format.row_of(*line, lines.number());
    if (row.empty()) continue;
    if (Status read = format.read_row(row, lines.number(), data, labels); !read) return read;
    if (labels.rows() == 1) reserve_rows(lines.bytes_left() / (line->size() + 1), data);
  }
  if (!lines.status()) return lines.status();
  if (labels.rows() == 0) return no_samples(lines.source().path());
  return labels.finish(data);
}

}  // namespace gleaner
