// What reading a whole file and reading some of its rows have in common.
#pragma once

#include <memory>

#include "data/arrays.h"
#include "data/csv_layout.h"
#include "data/label_column.h"
#include "data/load.h"
#include "data/text_format.h"

namespace gleaner {

/// Whether the format keeps features and labels in two files.
[[nodiscard]] inline bool has_arrays(DataFormat format) {
  return format == DataFormat::idx || format == DataFormat::npy || format == DataFormat::tensor;
}

/// The format of the spec, found out if need be. Errors: those of detect_format(); a labels file or a label
/// column where the format has none.
[[nodiscard]] Result<DataFormat> format_of(const DataSpec& spec);

[[nodiscard]] LabelOptions label_options(const DataSpec& spec);
[[nodiscard]] ArrayFiles array_files(const DataSpec& spec, DataFormat format);
/// Whether the arrays have the features of the schema, if there is one.
Status check_schema(const DataSpec& spec, const ArrayPair& pair);

/// A text format set up for the file, and the data set that it begins with.
struct OpenText {
  std::unique_ptr<TextFormat> format;
  Dataset start;
};
/// REQUIRES: format is libsvm, or csv with its layout. `spec` must outlive the result.
[[nodiscard]] OpenText open_text(const DataSpec& spec, DataFormat format, const CsvLayout& csv);

/// The layout of a CSV file; of other formats an empty one.
[[nodiscard]] Result<CsvLayout> csv_layout_of(const DataSpec& spec, DataFormat format);

}  // namespace gleaner
