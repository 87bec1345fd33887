#include "data/load.h"

#include <fmt/format.h>

#include "data/open_data.h"

namespace gleaner {
namespace {

Result<Dataset> load_arrays(const DataSpec& spec, DataFormat format) {
  const ArrayFiles files = array_files(spec, format);
  const Result<ArrayPair> pair = read_array_headers(files);
  if (!pair) return pair.error();
  if (Status fits = check_schema(spec, pair.value()); !fits) return fits.error();
  Result<Dataset> data =
      read_arrays(files, pair.value(), {0, pair.value().features.rows()}, label_options(spec));
  if (data) data.value().name = spec.data.filename().string();
  return data;
}

Result<Dataset> load_text(const DataSpec& spec, DataFormat format) {
  const Result<CsvLayout> csv = csv_layout_of(spec, format);
  if (!csv) return csv.error();
  OpenText text = open_text(spec, format, csv.value());
  Result<LineReader> lines = LineReader::open(spec.data);
  if (!lines) return lines.error();
  LabelColumn labels(spec.data, Place::Unit::line, label_options(spec));
  if (Status read = read_text(lines.value(), *text.format, text.start, labels); !read) return read.error();
  return std::move(text.start);
}

}  // namespace

Result<Dataset> load_dataset(const DataSpec& spec) {
  const Result<DataFormat> format = format_of(spec);
  if (!format) return format.error();
  if (format.value() == DataFormat::tensor)
    return bad_input(
        fmt::format("{} is a tensor of torch.save(), which is not read here", spec.data.string()),
        "save it with numpy.save");
  return has_arrays(format.value()) ? load_arrays(spec, format.value()) : load_text(spec, format.value());
}

Result<TrainTest> load_train_test(const DataSpec& train_spec, DataSpec test_spec,
                                  Result<Dataset> (*load)(const DataSpec&)) {
  Result<Dataset> train = load(train_spec);
  if (!train) return train.error();
  test_spec.schema = train.value().schema();
  test_spec.targets = train_spec.targets;
  test_spec.label_column.clear();
  Result<Dataset> test = load(test_spec);
  if (!test) return test.error();
  return TrainTest{std::move(train).value(), std::move(test).value()};
}

}  // namespace gleaner
