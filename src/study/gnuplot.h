// Runs the program gnuplot. Internal to figure.h.
#pragma once

#include <string>

#include "base/result.h"

namespace gleaner {

/// Feeds `script` to the standard input of gnuplot and returns its standard output. No shell, no settings of
/// the user's. Errors: there is no gnuplot; it ended with an error (its first line of complaint is told);
/// no temporary file can be made.
[[nodiscard]] Result<std::string> run_gnuplot(const std::string& script);

}  // namespace gleaner
