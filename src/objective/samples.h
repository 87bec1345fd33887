// Samples as an objective sees them: a view of features and labels that somebody else owns.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/result.h"

namespace gleaner {

/// n samples with p features, dense or sparse, and one label each. Non-owning: the data must outlive the
/// view.
///
/// Dense: `dense` is n x p row-major and the sparse spans are empty. Sparse (CSR): row i has the columns
/// columns[offsets[i]..offsets[i+1]), ascending, with `values`; `dense` is empty. Labels of classification
/// are class numbers 0..classes-1 stored as floats; for regression, the target.
struct Samples {
  std::size_t rows = 0;
  std::size_t features = 0;
  std::span<const float> dense{};
  std::span<const std::uint64_t> offsets{};  ///< n + 1
  std::span<const std::uint32_t> columns{};
  std::span<const float> values{};
  std::span<const float> labels{};  ///< n

  [[nodiscard]] bool is_sparse() const { return !offsets.empty(); }
};

/// Whether `samples` are what the comment above promises, with finite features and labels that are whole
/// numbers in 0..classes-1, or any finite numbers where `classes` is 0. The error names the first row
/// (1-based, as in the file) that is not.
[[nodiscard]] Status check_samples(const Samples& samples, std::size_t classes);

/// A sparse copy of dense samples, which share their labels.
struct CompressedRows {
  std::vector<std::uint64_t> offsets;
  std::vector<std::uint32_t> columns;
  std::vector<float> values;

  /// The samples `original`, with these rows in place of the dense ones. REQUIRES: made from `original`.
  [[nodiscard]] Samples view(const Samples& original) const;
};

/// The share of features that are not zero, in [0, 1]; 1 for a set without any features.
[[nodiscard]] double nonzero_share(const Samples& samples);

/// REQUIRES: samples are dense.
[[nodiscard]] CompressedRows compress(const Samples& samples);

}  // namespace gleaner
