// The LIBSVM text format.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>

#include "base/result.h"
#include "data/dataset.h"

namespace gleaner {

struct LibsvmOptions {
  /// Features of the result: at least this many (0: as many as the file names).
  std::size_t min_features = 0;
  /// How labels become class numbers; none: found out from the labels, see below. A test file needs the rule
  /// of its training file, since it may lack a class.
  std::optional<LabelRule> label_rule;
};

/// Reads "LABEL FEATURE:VALUE FEATURE:VALUE .." lines, plain or gzip (told apart by content), as sparse rows.
/// Features count from 1, ascending within a line; feature f becomes column f - 1. Values are finite; zeros
/// are dropped. Text after '#' and empty lines are skipped; the last line may lack its line end.
///
/// Labels are whole numbers. Without a given rule:
///   a -1 occurs                       -> minus_plus: only -1 and +1 may occur
///   no 0 occurs and one is above 1    -> from_one
///   otherwise                         -> as_is
/// classes = largest class + 1, at least 2.
/// Errors read "FILE:LINE: found .., expected ..".
[[nodiscard]] Result<Dataset> read_libsvm(const std::filesystem::path& path,
                                          const LibsvmOptions& options = {});

}  // namespace gleaner
