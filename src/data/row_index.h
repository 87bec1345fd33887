// Which bytes of a file are which rows, so that a worker reads only its chunks.
#pragma once

#include <cstdint>
#include <vector>

#include "base/range.h"
#include "base/result.h"
#include "data/arrays.h"
#include "data/csv_layout.h"
#include "data/load.h"

namespace gleaner {

/// The rows of a data set, and what is needed to read some of them as the whole would have been read. Value
/// type: made once, it serves every worker that sees the same files.
struct RowIndex {
  DataFormat format = DataFormat::idx;
  std::size_t rows = 0;
  Schema schema;  ///< of the whole set
  std::vector<std::uint64_t>
      offsets;  ///< text: rows + 1 bytes of the content; row i lies before offsets[i + 1]
  std::vector<std::uint64_t> lines;  ///< text: the line of each row, from 1
  CsvLayout csv;                     ///< csv only
  ArrayPair arrays;                  ///< idx and npy only
  bool compressed = false;           ///< gzip: reading rows unpacks everything before them too
  std::uint64_t bytes = 0;           ///< size of the data file on the disk
};

/// Looks for the rows of a data set. IDX and NPY: by arithmetic from the headers, and one pass over the
/// labels (to number the classes; none for regression and with a schema). Text: one pass over the file, which
/// looks at labels and, in LIBSVM, at the last feature of each line. Plain and gzip files are indexed alike.
/// Errors: as load_dataset(); what is malformed within a row may be found by read_rows() only.
[[nodiscard]] Result<RowIndex> index_rows(const DataSpec& spec);

/// The rows `rows` of the data set, exactly as they stand in load_dataset(spec). From a plain file only their
/// bytes are read; a gzip file is unpacked from its beginning to their end.
/// Errors: as load_dataset(); rows that are not there; a file that has changed its size since it was indexed.
/// REQUIRES: `index` was made with the same spec, on the same files or copies of them.
[[nodiscard]] Result<Dataset> read_rows(const DataSpec& spec, const RowIndex& index, IndexRange rows);

}  // namespace gleaner
