// The file formats that Gleaner reads, and how they are told apart.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>

#include "base/result.h"

namespace gleaner {

/// tensor: a file of torch.save(), which is read by LibTorch and not in this room.
enum class DataFormat : std::uint8_t { automatic, idx, libsvm, csv, npy, tensor };

/// "auto", "idx", "libsvm", "csv", "npy" or "pt"; the error suggests these.
[[nodiscard]] Result<DataFormat> parse_data_format(std::string_view name);

/// The format of a file, never `automatic`. The first of these that holds decides:
///
///   content (unpacked) begins with 00 00        -> idx, which no text does
///   content begins with 93 "NUMPY"              -> npy
///   the name ends in .pt                        -> tensor
///   the name ends in .csv or .tsv (or so .gz)   -> csv
///   the first line that is not empty is a number and then only words with ':', after '#' is cut off ->
///   libsvm that line has a ',', ';' or tab             -> csv else                                        ->
///   libsvm
/// Errors: the file cannot be read; it is an archive (.npz, .zip), whose arrays must be saved one by one; it
/// is UTF-16, or neither one of the binary formats nor text.
[[nodiscard]] Result<DataFormat> detect_format(const std::filesystem::path& path);

}  // namespace gleaner
