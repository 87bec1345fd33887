// Samples as an objective sees them: a view of features and labels that somebody else owns.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

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
  std::span<const float> dense;
  std::span<const std::uint64_t> offsets;  ///< n + 1
  std::span<const std::uint32_t> columns;
  std::span<const float> values;
  std::span<const float> labels;  ///< n

  [[nodiscard]] bool is_sparse() const { return !offsets.empty(); }
};

}  // namespace gleaner
