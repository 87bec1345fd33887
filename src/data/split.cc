#include "data/split.h"

#include <fmt/format.h>

#include <cmath>

#include "base/check.h"

namespace gleaner {
namespace {

template <class T>
void append(const std::vector<T>& from, std::size_t first, std::size_t last, std::vector<T>& to) {
  to.insert(to.end(), from.begin() + static_cast<std::ptrdiff_t>(first),
            from.begin() + static_cast<std::ptrdiff_t>(last));
}

Dataset rows_of(const Dataset& whole, IndexRange rows) {
  Dataset part;
  append_rows(whole, rows, part);
  return part;
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

void append_rows(const Dataset& from, IndexRange rows, Dataset& to) {
  if (to.rows == 0) {
    to.features = from.features;
    to.classes = from.classes;
    to.class_names = from.class_names;
    to.feature_names = from.feature_names;
    to.label_column = from.label_column;
    to.name = from.name;
    if (from.is_sparse() && to.offsets.empty()) to.offsets.push_back(0);
  }
  GLEANER_CHECK(
      to.features == from.features && to.classes == from.classes && to.is_sparse() == from.is_sparse(),
      "rows of another data set");
  to.rows += rows.size();
  if (from.classes > 0) append(from.labels, rows.first, rows.last, to.labels);
  if (from.classes == 0) append(from.targets, rows.first, rows.last, to.targets);
  if (!from.is_sparse())
    return append(from.dense, rows.first * from.features, rows.last * from.features, to.dense);
  const std::uint64_t first = from.offsets[rows.first];
  const std::uint64_t last = from.offsets[rows.last];
  const std::uint64_t before = to.columns.size();
  for (std::size_t row = rows.first; row < rows.last; ++row)
    to.offsets.push_back(from.offsets[row + 1] - first + before);
  append(from.columns, first, last, to.columns);
  append(from.values, first, last, to.values);
}

}  // namespace gleaner
