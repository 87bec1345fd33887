#include "data/split.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "data/bytes.h"
#include "data/idx.h"
#include "data/libsvm.h"

namespace gleaner {
namespace {

template <class T>
std::vector<T> slice(const std::vector<T>& all, std::size_t first, std::size_t last) {
  return {all.begin() + static_cast<std::ptrdiff_t>(first), all.begin() + static_cast<std::ptrdiff_t>(last)};
}

Dataset rows_of(const Dataset& whole, IndexRange rows) {
  Dataset part;
  part.rows = rows.size();
  part.features = whole.features;
  part.classes = whole.classes;
  part.name = whole.name;
  part.label_rule = whole.label_rule;
  part.labels = slice(whole.labels, rows.first, rows.last);
  if (!whole.is_sparse()) {
    part.dense = slice(whole.dense, rows.first * whole.features, rows.last * whole.features);
    return part;
  }
  const std::uint64_t first = whole.offsets[rows.first];
  const std::uint64_t last = whole.offsets[rows.last];
  part.columns = slice(whole.columns, first, last);
  part.values = slice(whole.values, first, last);
  part.offsets = slice(whole.offsets, rows.first, rows.last + 1);
  for (std::uint64_t& offset : part.offsets) offset -= first;
  return part;
}

// IDX begins with two zero bytes, which no text does.
Result<DataFormat> format_of(const DataSpec& spec) {
  if (spec.format != DataFormat::automatic) return spec.format;
  const Result<std::string> start = read_first_bytes(spec.data, 2);
  if (!start) return start.error();
  return start.value() == std::string(2, '\0') ? DataFormat::idx : DataFormat::libsvm;
}

}  // namespace

Result<TrainTest> split_tail(const Dataset& whole, double fraction) {
  if (!(fraction >= 0 && fraction < 1))
    return bad_input(fmt::format("the test fraction is {}, expected a number in [0, 1)", fraction),
                     "try --test-fraction 0.2");
  const auto held_back = static_cast<std::size_t>(std::llround(fraction * static_cast<double>(whole.rows)));
  if (held_back >= whole.rows)
    return bad_input(
        fmt::format("a test fraction of {} leaves none of the {} samples to train on", fraction, whole.rows),
        "give a smaller --test-fraction or more data");
  const std::size_t cut = whole.rows - held_back;
  return TrainTest{rows_of(whole, {0, cut}), rows_of(whole, {cut, whole.rows})};
}

Result<std::vector<IndexRange>> chunk_ranges(std::size_t rows, std::size_t chunks) {
  if (chunks == 0) return bad_input("the data shall be cut into 0 chunks", "give --chunks of at least 1");
  if (rows < chunks)
    return bad_input(fmt::format("{} samples cannot be cut into {} chunks", rows, chunks),
                     fmt::format("give --chunks of at most {} or more data", rows));
  std::vector<IndexRange> ranges;
  for (std::size_t i = 0; i < chunks; ++i) ranges.push_back(part_of(rows, i, chunks));
  return ranges;
}

void widen(Dataset& data, std::size_t features, std::size_t classes) {
  GLEANER_CHECK(features >= data.features && classes >= data.classes, "a data set cannot be narrowed");
  if (!data.is_sparse() && features != data.features) {
    std::vector<float> wide(data.rows * features, 0.0F);
    for (std::size_t row = 0; row < data.rows; ++row)
      std::copy_n(data.dense.data() + row * data.features, data.features, wide.data() + row * features);
    data.dense = std::move(wide);
  }
  data.features = features;
  data.classes = classes;
}

Result<DataFormat> parse_data_format(std::string_view name) {
  if (name == "auto") return DataFormat::automatic;
  if (name == "idx") return DataFormat::idx;
  if (name == "libsvm") return DataFormat::libsvm;
  return bad_input(fmt::format("there is no data format {}", quoted(name)),
                   "give --format auto, idx or libsvm");
}

Result<Dataset> load_dataset(const DataSpec& spec) {
  const Result<DataFormat> format = format_of(spec);
  if (!format) return format.error();
  if (format.value() == DataFormat::libsvm) {
    if (!spec.labels.empty())
      return bad_input(
          fmt::format("{} is LIBSVM text, which has its labels within, but {} was given as labels",
                      spec.data.string(), spec.labels.string()),
          "leave the labels away, or give IDX images");
    return read_libsvm(spec.data, {spec.min_features, spec.label_rule});
  }
  if (spec.labels.empty())
    return bad_input(fmt::format("{} has images without labels", spec.data.string()),
                     "name their labels file with --labels (--test-labels for a test set)");
  return read_idx(spec.data, spec.labels);
}

Result<TrainTest> load_train_test(const DataSpec& train_spec, DataSpec test_spec) {
  Result<Dataset> train = load_dataset(train_spec);
  if (!train) return train.error();
  TrainTest both{std::move(train).value(), {}};
  if (both.train.is_sparse()) test_spec.label_rule = both.train.label_rule;
  Result<Dataset> test = load_dataset(test_spec);
  if (!test) return test.error();
  both.test = std::move(test).value();
  const bool images = !both.train.is_sparse() || !both.test.is_sparse();
  if (images && both.train.features != both.test.features)
    return bad_input(fmt::format("{} has {} features, but {} has {}", both.train.name, both.train.features,
                                 both.test.name, both.test.features),
                     "give a test set of the same kind as the training set");
  const std::size_t features = std::max(both.train.features, both.test.features);
  const std::size_t classes = std::max(both.train.classes, both.test.classes);
  widen(both.train, features, classes);
  widen(both.test, features, classes);
  return both;
}

}  // namespace gleaner
