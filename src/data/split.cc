#include "data/split.h"

#include <fmt/format.h>

#include <cmath>

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
  part.class_names = whole.class_names;
  part.feature_names = whole.feature_names;
  part.label_column = whole.label_column;
  part.name = whole.name;
  if (!whole.labels.empty()) part.labels = slice(whole.labels, rows.first, rows.last);
  if (!whole.targets.empty()) part.targets = slice(whole.targets, rows.first, rows.last);
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

}  // namespace gleaner
