#include "data/row_index.h"

#include <fmt/format.h>

#include "data/open_data.h"

namespace gleaner {
namespace {

Error changed(const std::filesystem::path& path) {
  return bad_input(fmt::format("{} has changed since its rows were counted", path.string()),
                   "leave the data alone during a run");
}

std::uint64_t bytes_on_disk(const std::filesystem::path& path) {
  std::error_code ignored;
  const std::uintmax_t bytes = std::filesystem::file_size(path, ignored);
  return ignored ? 0 : bytes;
}

// A plain file was checked with its header; of a gzip file the end must be looked for.
Status check_ends(const ArrayFiles& files, const ArrayPair& pair, bool& compressed) {
  Result<ByteSource> features = ByteSource::open(files.features);
  if (!features) return features.error();
  compressed = features.value().is_gzip();
  if (Status end = check_end(features.value(), pair.features); !end) return end;
  Result<ByteSource> labels = ByteSource::open(files.labels);
  if (!labels) return labels.error();
  return check_end(labels.value(), pair.labels);
}

Status index_arrays(const DataSpec& spec, RowIndex& index) {
  const ArrayFiles files = array_files(spec, index.format);
  const Result<ArrayPair> pair = read_array_headers(files);
  if (!pair) return pair.error();
  if (Status fits = check_schema(spec, pair.value()); !fits) return fits;
  index.arrays = pair.value();
  if (Status ends = check_ends(files, index.arrays, index.compressed); !ends) return ends;
  Result<std::vector<std::string>> names = class_names_of(files, index.arrays, label_options(spec));
  if (!names) return names.error();
  index.rows = index.arrays.features.rows();
  index.schema.features = index.arrays.features.row_elements();
  index.schema.class_names = std::move(names).value();
  return {};
}

Status skim_text(LineReader& lines, TextFormat& format, Dataset& start, LabelColumn& labels,
                 RowIndex& index) {
  while (const std::optional<std::string_view> line = lines.next()) {
    const std::string_view row = format.row_of(*line, lines.number());
    if (row.empty()) continue;
    if (Status skimmed = format.skim_row(row, lines.number(), start, labels); !skimmed) return skimmed;
    index.offsets.push_back(lines.offset());
    index.lines.push_back(lines.number());
  }
  index.offsets.push_back(lines.offset_after());
  index.rows = index.lines.size();
  index.compressed = lines.source().is_gzip();
  return lines.status();
}

Status index_text(const DataSpec& spec, RowIndex& index) {
  Result<CsvLayout> csv = csv_layout_of(spec, index.format);
  if (!csv) return csv.error();
  index.csv = std::move(csv).value();
  OpenText text = open_text(spec, index.format, index.csv);
  Result<LineReader> lines = LineReader::open(spec.data);
  if (!lines) return lines.error();
  LabelColumn labels(spec.data, Place::Unit::line, label_options(spec));
  if (Status skimmed = skim_text(lines.value(), *text.format, text.start, labels, index); !skimmed)
    return skimmed;
  if (index.rows == 0) return no_samples(spec.data);
  Result<std::vector<std::string>> names = labels.names();
  if (!names) return names.error();
  text.start.class_names = std::move(names).value();
  index.schema = text.start.schema();
  return {};
}

// The spec with the schema of the whole set, by which a part is read.
DataSpec spec_of_part(const DataSpec& spec, const RowIndex& index) {
  DataSpec part = spec;
  part.format = index.format;
  part.schema = index.schema;
  return part;
}

Result<Dataset> read_text_rows(const DataSpec& part, const RowIndex& index, IndexRange rows) {
  OpenText text = open_text(part, index.format, index.csv);
  LabelColumn labels(part.data, Place::Unit::line, label_options(part));
  if (!rows.empty()) {
    Result<LineReader> lines = LineReader::open(
        part.data, {index.offsets[rows.first], index.offsets[rows.last], index.lines[rows.first]});
    if (!lines) return lines.error();
    if (Status read = read_text(lines.value(), *text.format, text.start, labels); !read) return read.error();
  } else if (Status none = labels.finish(text.start); !none) {
    return none.error();
  }
  if (text.start.rows == rows.size()) return std::move(text.start);
  return changed(part.data);
}

Result<Dataset> read_array_rows(const DataSpec& part, const RowIndex& index, IndexRange rows) {
  Result<Dataset> data =
      read_arrays(array_files(part, index.format), index.arrays, rows, label_options(part));
  if (data) data.value().name = part.data.filename().string();
  return data;
}

}  // namespace

Result<RowIndex> index_rows(const DataSpec& spec) {
  const Result<DataFormat> format = format_of(spec);
  if (!format) return format.error();
  RowIndex index;
  index.format = format.value();
  index.bytes = bytes_on_disk(spec.data);
  Status done = has_arrays(index.format) ? index_arrays(spec, index) : index_text(spec, index);
  if (!done) return done.error();
  return index;
}

Result<Dataset> read_rows(const DataSpec& spec, const RowIndex& index, IndexRange rows) {
  if (rows.first > rows.last || rows.last > index.rows)
    return bad_input(fmt::format("{} has {} rows, but rows {}..{} were asked for", spec.data.string(),
                                 index.rows, rows.first, rows.last),
                     "ask for rows that are there");
  if (bytes_on_disk(spec.data) != index.bytes) return changed(spec.data);
  const DataSpec part = spec_of_part(spec, index);
  return has_arrays(index.format) ? read_array_rows(part, index, rows) : read_text_rows(part, index, rows);
}

}  // namespace gleaner
