#include "data/open_data.h"

#include <fmt/format.h>

#include "data/csv.h"
#include "data/libsvm.h"

namespace gleaner {

Result<DataFormat> format_of(const DataSpec& spec) {
  if (spec.features_min > kFeaturesMax)
    return bad_input(
        fmt::format("{} features are too many, expected at most {}", spec.features_min, kFeaturesMax),
        "give fewer --features");
  if (spec.classes > kClassesMax)
    return bad_input(fmt::format("{} classes are too many, expected at most {}", spec.classes, kClassesMax),
                     "give fewer --classes");
  Result<DataFormat> format = spec.format == DataFormat::automatic ? detect_format(spec.data) : spec.format;
  if (!format) return format;
  if (!has_arrays(format.value()) && !spec.labels.empty())
    return bad_input(fmt::format("{} is {} text, which has its labels within, but {} was given as labels",
                                 spec.data.string(), format.value() == DataFormat::csv ? "CSV" : "LIBSVM",
                                 spec.labels.string()),
                     "leave the labels away, or give IDX or NPY samples");
  if (format.value() != DataFormat::csv && !spec.label_column.empty())
    return bad_input(fmt::format("--label-column is for CSV, but {} is not CSV", spec.data.string()),
                     "leave --label-column away, or give --format csv");
  if (format.value() != DataFormat::libsvm && spec.features_min > 0 && !spec.schema)
    return bad_input(fmt::format("--features is for LIBSVM, but {} is not LIBSVM", spec.data.string()),
                     "leave --features away: the file shows how many it has");
  return format;
}

LabelOptions label_options(const DataSpec& spec) {
  if (spec.schema) return {.targets = spec.targets, .class_names = spec.schema->class_names};
  return {.targets = spec.targets, .classes = spec.classes};
}

ArrayFiles array_files(const DataSpec& spec, DataFormat format) { return {format, spec.data, spec.labels}; }

Status check_schema(const DataSpec& spec, const ArrayPair& pair) {
  const std::size_t features = pair.features.row_elements();
  if (!spec.schema || spec.schema->features == features) return {};
  return bad_input(fmt::format("{} has {} features, expected {} as in the training set", spec.data.string(),
                               features, spec.schema->features),
                   "give a set of the same kind as the training set");
}

OpenText open_text(const DataSpec& spec, DataFormat format, const CsvLayout& csv) {
  OpenText open;
  if (format == DataFormat::csv) {
    auto reader = std::make_unique<Csv>(spec.data, csv);
    open.start = reader->start();
    open.format = std::move(reader);
  } else {
    const LibsvmOptions options = spec.schema ? LibsvmOptions{spec.schema->features, spec.schema->features}
                                              : LibsvmOptions{spec.features_min, std::nullopt};
    auto reader = std::make_unique<Libsvm>(spec.data, options);
    open.start = reader->start();
    open.format = std::move(reader);
  }
  open.start.name = spec.data.filename().string();
  return open;
}

Result<CsvLayout> csv_layout_of(const DataSpec& spec, DataFormat format) {
  if (format != DataFormat::csv) return CsvLayout{};
  return find_csv_layout(spec.data, {spec.label_column, spec.schema});
}

}  // namespace gleaner
