#include "objective/samples.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace gleaner {
namespace {

Status check_shape(const Samples& s) {
  if (s.labels.size() != s.rows)
    return bad_input(fmt::format("{} labels for {} samples", s.labels.size(), s.rows),
                     "give one label for every sample");
  if (!s.is_sparse()) {
    // Without the product of rows and features, which could overflow.
    const bool fits = s.features == 0
                          ? s.dense.empty()
                          : s.dense.size() / s.features == s.rows && s.dense.size() % s.features == 0;
    if (!fits)
      return bad_input(
          fmt::format("{} numbers for {} samples with {} features", s.dense.size(), s.rows, s.features),
          "give rows x features numbers");
    return {};
  }
  if (s.offsets.size() != s.rows + 1 || s.offsets[0] != 0 || s.offsets.back() != s.columns.size() ||
      s.values.size() != s.columns.size())
    return bad_input("the row offsets of the sparse samples do not fit their columns",
                     "give rows + 1 offsets from 0 to the number of values");
  return {};
}

Status check_label(float label, std::size_t row, std::size_t classes) {
  if (classes == 0) {
    if (std::isfinite(label)) return {};
    return bad_input(fmt::format("row {} has the target {}, expected a finite number", row + 1, label),
                     "remove or repair that row");
  }
  if (label >= 0 && label < static_cast<float>(classes) && std::floor(label) == label) return {};
  return bad_input(
      fmt::format("row {} has the label {}, expected a whole number in 0..{}", row + 1, label, classes - 1),
      "number the classes from 0, or raise the number of classes");
}

Status check_sparse_row(const Samples& s, std::size_t row) {
  if (s.offsets[row] > s.offsets[row + 1] || s.offsets[row + 1] > s.columns.size())
    return bad_input(fmt::format("row {} of the sparse samples ends before it begins", row + 1),
                     "give ascending row offsets");
  for (std::uint64_t i = s.offsets[row]; i < s.offsets[row + 1]; ++i) {
    const bool ascending = i == s.offsets[row] || s.columns[i - 1] < s.columns[i];
    if (!ascending || s.columns[i] >= s.features)
      return bad_input(fmt::format("row {} has feature {} out of order or beyond the {} features", row + 1,
                                   s.columns[i], s.features),
                       "give every feature of a row once, ascending");
  }
  return {};
}

bool all_finite(std::span<const float> numbers) {
  // One pass without branches: x - x is 0 for every finite x, and NaN otherwise.
  float sum = 0;
  for (const float x : numbers) sum += x - x;
  return sum == 0;
}

std::span<const float> numbers_of_row(const Samples& s, std::size_t row) {
  if (s.is_sparse()) return s.values.subspan(s.offsets[row], s.offsets[row + 1] - s.offsets[row]);
  return s.dense.subspan(row * s.features, s.features);
}

}  // namespace

Status check_samples(const Samples& s, std::size_t classes) {
  if (Status shape = check_shape(s); !shape) return shape;
  for (std::size_t row = 0; row < s.rows; ++row) {
    if (s.is_sparse()) {
      if (Status sparse = check_sparse_row(s, row); !sparse) return sparse;
    }
    if (!all_finite(numbers_of_row(s, row)))
      return bad_input(fmt::format("row {} has a feature that is not a finite number", row + 1),
                       "remove or repair that row");
    if (Status label = check_label(s.labels[row], row, classes); !label) return label;
  }
  return {};
}

Samples CompressedRows::view(const Samples& original) const {
  Samples s = original;
  s.dense = {};
  s.offsets = offsets;
  s.columns = columns;
  s.values = values;
  return s;
}

double nonzero_share(const Samples& s) {
  const std::span<const float> numbers = s.is_sparse() ? s.values : s.dense;
  const auto cells = static_cast<double>(s.rows) * static_cast<double>(s.features);
  if (cells == 0) return 1;
  const auto zeros = std::count(numbers.begin(), numbers.end(), 0.0F);
  return static_cast<double>(numbers.size() - static_cast<std::size_t>(zeros)) / cells;
}

CompressedRows compress(const Samples& s) {
  CompressedRows rows;
  rows.offsets.reserve(s.rows + 1);
  rows.offsets.push_back(0);
  for (std::size_t row = 0; row < s.rows; ++row) {
    const float* x = s.dense.data() + row * s.features;
    for (std::size_t j = 0; j < s.features; ++j) {
      if (x[j] == 0) continue;
      rows.columns.push_back(static_cast<std::uint32_t>(j));
      rows.values.push_back(x[j]);
    }
    rows.offsets.push_back(rows.columns.size());
  }
  return rows;
}

}  // namespace gleaner
