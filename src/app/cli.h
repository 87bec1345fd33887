// The command line of gleaner.
#pragma once

namespace gleaner {

/// Parses and runs; returns the exit code. Bad flags: one line that names the flag, and the nearest known
/// one, on stderr.
[[nodiscard]] int run_command_line(int argc, const char* const* argv);

}  // namespace gleaner
