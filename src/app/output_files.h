// The files that a command writes, checked before it begins: an hour of training must not end with "no such
// folder".
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace gleaner {

/// A path and the flag that gave it; an empty path is none.
struct NamedPath {
  std::string_view flag;
  std::string path;
};

/// Errors: an output in a folder that does not exist, or that cannot be written; two outputs that are one
/// file; an output that would overwrite an input. Leaves everything as it was.
[[nodiscard]] Status check_outputs(std::span<const NamedPath> outputs, std::span<const NamedPath> inputs);

/// Error: no file can be made in `folder`, which is there. Names flag and folder. Leaves everything as it
/// was.
[[nodiscard]] Status check_out_folder(std::string_view flag, const std::string& folder);

/// "run.jsonl" -> "run.original.jsonl": the file of a method that is only compared. A device or a pipe stays
/// what it is.
[[nodiscard]] std::string beside(const std::string& path, std::string_view method);

/// The file that --speeds reads, if it reads one; what is wrong with the text is said elsewhere.
[[nodiscard]] std::string file_of_speeds(const std::string& speeds);

}  // namespace gleaner
