// The files of gleaner reproduce: what was published, and the folder for the results.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "coding/assignment.h"
#include "study/reproduce.h"

namespace gleaner {

/// What --reference names.
struct PaperFiles {
  PaperResults results;
  std::optional<Assignment> g1;  ///< from assignment-g1.csv in the same folder, where there is one
};

/// `path`: the file, or a folder that holds it as paper-results.json, reference/paper-results.json or
/// shared/reference/paper-results.json. Errors name --reference.
[[nodiscard]] Result<PaperFiles> read_paper_files(const std::string& path);

/// Makes the folder if it is not there. Errors, naming --out: its parent does not exist, it is a file, or
/// nothing can be written into it.
[[nodiscard]] Status make_out_folder(const std::string& path);

/// Writes every figure as SVG, results.json and index.html. Errors: gnuplot's, and those of writing.
[[nodiscard]] Status write_report(const std::string& folder, const Reproduction& reproduction);

}  // namespace gleaner
