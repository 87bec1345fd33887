#include "data/arrays.h"

#include <fmt/format.h>

#include <cmath>

#include "base/check.h"
#include "data/idx.h"
#include "data/npy.h"

namespace gleaner {
namespace {

Result<ArrayLayout> read_header(DataFormat format, const std::filesystem::path& path, ArrayUse use) {
  GLEANER_CHECK(format == DataFormat::idx || format == DataFormat::npy, "an array format");
  Result<ByteSource> source = ByteSource::open(path);
  if (!source) return source.error();
  Result<ArrayLayout> layout =
      format == DataFormat::idx ? read_idx_header(source.value(), use) : read_npy_header(source.value(), use);
  if (!layout) return layout.error();
  if (Status length = check_length(source.value(), layout.value()); !length) return length.error();
  return layout;
}

Status check_finite(const ArrayFiles& files, const ArrayLayout& layout, IndexRange rows,
                    const std::vector<float>& values) {
  float sum = 0;  // x - x is 0 for every finite x, and NaN otherwise
  for (const float x : values) sum += x - x;
  if (sum == 0) return {};
  const std::size_t width = layout.row_elements();
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (std::isfinite(values[i])) continue;
    const std::size_t row = rows.first + i / width;
    const std::size_t column = i % width;
    const std::size_t element = layout.column_major ? column * layout.rows() + row : row * width + column;
    return malformed_at(
        files.features, layout.offset + element * bytes_of(layout.type),
        fmt::format("found {} in row {}, column {} (from 0), expected a finite number of single "
                    "precision",
                    values[i], row, column),
        "fill in missing values, or leave such rows away, and scale what is too large");
  }
  return {};
}

Status add_labels(ByteSource& source, const ArrayLayout& layout, IndexRange rows, LabelColumn& column) {
  const Result<std::vector<double>> values = read_doubles(source, layout, rows);
  if (!values) return values.error();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::uint64_t place = layout.offset + (rows.first + i) * bytes_of(layout.type);
    if (Status added = column.add(values.value()[i], place); !added) return added;
  }
  return {};
}

}  // namespace

Result<ArrayPair> read_array_headers(const ArrayFiles& files) {
  const Result<ArrayLayout> features = read_header(files.format, files.features, ArrayUse::features);
  if (!features) return features.error();
  if (files.labels.empty())
    return bad_input(fmt::format("{} has samples without labels", files.features.string()),
                     "name their labels file with --labels (--test-labels for a test set)");
  const Result<ArrayLayout> labels = read_header(files.format, files.labels, ArrayUse::labels);
  if (!labels) return labels.error();
  if (features.value().rows() != labels.value().rows())
    return bad_input(fmt::format("{} has {} samples, but {} has {} labels", files.features.string(),
                                 features.value().rows(), files.labels.string(), labels.value().rows()),
                     "give the samples and the labels of the same set");
  if (features.value().rows() == 0)
    return bad_input(fmt::format("{} has no samples", files.features.string()), "give a file with samples");
  if (features.value().row_elements() == 0)
    return bad_input(fmt::format("{} has no features", files.features.string()), "give a file with features");
  return ArrayPair{features.value(), labels.value()};
}

Result<Dataset> read_arrays(const ArrayFiles& files, const ArrayPair& pair, IndexRange rows,
                            const LabelOptions& labels) {
  Result<ByteSource> source = ByteSource::open(files.features);
  if (!source) return source.error();
  Result<std::vector<float>> values = read_floats(source.value(), pair.features, rows);
  if (!values) return values.error();
  if (Status finite = check_finite(files, pair.features, rows, values.value()); !finite)
    return finite.error();
  Dataset data;
  data.features = pair.features.row_elements();
  data.dense = std::move(values).value();
  LabelColumn column(files.labels, Place::Unit::byte, labels);
  Result<ByteSource> label_source = ByteSource::open(files.labels);
  if (!label_source) return label_source.error();
  if (Status added = add_labels(label_source.value(), pair.labels, rows, column); !added)
    return added.error();
  if (Status done = column.finish(data); !done) return done.error();
  return data;
}

Result<std::vector<std::string>> class_names_of(const ArrayFiles& files, const ArrayPair& pair,
                                                const LabelOptions& labels) {
  if (labels.targets || !labels.class_names.empty()) return labels.class_names;
  Result<ByteSource> source = ByteSource::open(files.labels);
  if (!source) return source.error();
  LabelColumn column(files.labels, Place::Unit::byte, labels);
  if (Status added = add_labels(source.value(), pair.labels, {0, pair.labels.rows()}, column); !added)
    return added.error();
  return column.names();
}

}  // namespace gleaner
